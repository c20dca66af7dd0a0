package dev.errand.repositories;

import dev.errand.egress.AddressRules;
import dev.errand.repositories.credentials.Credentials;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.RepositoryUrl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Says which URLs git may be given. The repository's own and every submodule's pass here, for what
 * a repository says about its submodules is as foreign as what a user says.
 */
final class Admission {
  private static final int MAX_GITFILE_BYTES = 4096;
  private static final String GITDIR = "gitdir: ";

  private final RepositoryPolicy policy;
  private final Credentials credentials;

  Admission(RepositoryPolicy policy, Credentials credentials) {
    this.policy = policy;
    this.credentials = credentials;
  }

  /**
   * What git is to be called with for this URL. A file URL becomes its real path: a symlink that
   * changes later leads nowhere else.
   *
   * @throws ErrandException REPOSITORY_REFUSED, or REPOSITORY_UNREACHABLE for a folder that is not
   *     there
   */
  Remote admit(RepositoryUrl url) {
    return new Remote(address(url), null, login(url));
  }

  /**
   * The same for a submodule, whose URL comes from whoever may push, not from an operator. It is
   * shown no other credential than the repository at the top: else whoever may push to one could
   * read all that the installation can. A folder is taken from a repository in a folder alone. On
   * another host, that host's addresses must be public, unless an operator has named it: else git
   * would ask the services of this network.
   */
  Remote admit(RepositoryUrl submodule, RepositoryUrl top) {
    if (submodule.scheme().equals("file") && !top.scheme().equals("file")) {
      throw refused(submodule, "a repository from elsewhere names a folder of this machine");
    }
    Credentials.Found own = login(submodule);
    return new Remote(
        address(submodule),
        isNamed(submodule, top) ? null : pin(submodule),
        own != null && own.equals(login(top)) ? own : null);
  }

  private boolean isNamed(RepositoryUrl submodule, RepositoryUrl top) {
    if (submodule.scheme().equals("file") || policy.proxy() != null) {
      return true; // judged by its folder; or by the proxy, which alone knows what names mean
    }
    String host = hostOf(submodule);
    boolean atTop =
        !top.scheme().equals("file")
            && host.equals(hostOf(top))
            && portOf(submodule) == portOf(top);
    return atTop || policy.hosts().contains(host);
  }

  /**
   * Where a URL may be asked that the server of a repository has named, such as for contents of Git
   * LFS. The repository's own host it may name; another host must be public, or named by an
   * operator.
   *
   * @return the host's addresses; empty where a proxy alone knows what names mean
   */
  List<InetAddress> admit(URI named, RepositoryUrl repository, RepositoryUrl top) {
    String scheme = String.valueOf(named.getScheme()).toLowerCase(Locale.ROOT);
    if (named.getHost() == null
        || !(scheme.equals("https") || (scheme.equals("http") && policy.allowHttp()))) {
      throw refused(repository, "its server names a URL that is not allowed here");
    }
    String host = named.getHost().toLowerCase(Locale.ROOT);
    requireAllowed(repository, host);
    if (policy.proxy() != null) {
      return List.of();
    }
    boolean isTrusted =
        policy.hosts().contains(host) || (repository.equals(top) && host.equals(hostOf(top)));
    return addresses(repository, host, isTrusted);
  }

  /** What the name means now is what git uses: asked again, it could mean something else. */
  private static @Nullable String pin(RepositoryUrl url) {
    String host = hostOf(url);
    List<String> addresses =
        addresses(url, host, false).stream().map(InetAddress::getHostAddress).toList();
    boolean isAddress = host.startsWith("[");
    return isAddress ? null : "%s:%d:%s".formatted(host, portOf(url), String.join(",", addresses));
  }

  private static List<InetAddress> addresses(RepositoryUrl url, String host, boolean isTrusted) {
    try {
      List<InetAddress> addresses = List.of(InetAddress.getAllByName(host));
      if (!isTrusted && !addresses.stream().allMatch(AddressRules.publicInternet()::allows)) {
        throw refused(
            url,
            "the host '%s' is not on the public internet; errand.repositories.hosts can name it"
                .formatted(host));
      }
      return addresses;
    } catch (UnknownHostException e) {
      throw new ErrandException(
          FailureCode.REPOSITORY_UNREACHABLE, "'%s': there is no such host".formatted(url), e);
    }
  }

  private static int portOf(RepositoryUrl url) {
    int port = URI.create(url.value()).getPort();
    return switch (url.scheme()) {
      case "https" -> port < 0 ? 443 : port;
      case "http" -> port < 0 ? 80 : port;
      default -> port < 0 ? 22 : port;
    };
  }

  private static String hostOf(RepositoryUrl url) {
    return URI.create(url.value()).getHost().toLowerCase(Locale.ROOT);
  }

  Credentials.@Nullable Found login(RepositoryUrl url) {
    return credentials.find(url).filter(found -> found.opens(url)).orElse(null);
  }

  private String address(RepositoryUrl url) {
    return switch (url.scheme()) {
      case "file" -> folder(url);
      case "http" -> {
        if (!policy.allowHttp()) {
          throw refused(url, "http:// is not allowed on this server");
        }
        yield host(url);
      }
      default -> host(url);
    };
  }

  private String host(RepositoryUrl url) {
    requireAllowed(url, hostOf(url));
    return url.value();
  }

  private void requireAllowed(RepositoryUrl url, String host) {
    if (!policy.hosts().isEmpty() && !policy.hosts().contains(host)) {
      throw refused(url, "the host '%s' is not allowed on this server".formatted(host));
    }
  }

  private String folder(RepositoryUrl url) {
    if (policy.fileRoots().isEmpty()) {
      throw refused(url, "file:// is not allowed on this server");
    }
    Path asked = Path.of(URI.create(url.value()).getPath());
    try {
      Path real = asked.toRealPath();
      requireBelowRoots(url, real);
      Path gitDirectory = real.resolve(".git");
      Path repository = Files.exists(gitDirectory) ? behind(gitDirectory).toRealPath() : real;
      requireBelowRoots(url, repository);
      requireOwnObjects(url, repository);
      return "file://" + encoded(real);
    } catch (IOException e) {
      requireBelowRoots(url, asked.normalize());
      throw new ErrandException(
          FailureCode.REPOSITORY_UNREACHABLE, "'%s' is not there".formatted(url), e);
    }
  }

  /**
   * The file of a repository in a folder, when it really lies in one that is allowed.
   *
   * @throws ErrandException REPOSITORY_REFUSED
   */
  Path real(RepositoryUrl url, Path file) throws IOException {
    Path real = file.toRealPath();
    requireBelowRoots(url, real);
    return real;
  }

  /** What a repository borrows it also gives away, so that must be allowed as well. */
  private void requireOwnObjects(RepositoryUrl url, Path repository) throws IOException {
    Path shared = repository;
    Path common = repository.resolve("commondir");
    if (Files.isRegularFile(common) && Files.size(common) <= MAX_GITFILE_BYTES) {
      shared = repository.resolve(Files.readString(common).strip()).toRealPath();
      requireBelowRoots(url, shared);
    }
    Path objects = shared.resolve("objects");
    requireBelowRoots(url, objects.toRealPath());
    Path alternates = objects.resolve("info/alternates");
    if (!Files.exists(alternates)) {
      return;
    }
    if (!Files.isRegularFile(alternates) || Files.size(alternates) > MAX_GITFILE_BYTES) {
      throw refused(url, "it borrows from too many repositories");
    }
    for (String line : Files.readAllLines(alternates)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        requireBelowRoots(url, objects.resolve(line).toRealPath());
      }
    }
  }

  /** A worktree's .git is a file that names the repository: that one counts. */
  private static Path behind(Path gitDirectory) throws IOException {
    if (!Files.isRegularFile(gitDirectory) || Files.size(gitDirectory) > MAX_GITFILE_BYTES) {
      return gitDirectory;
    }
    String text = Files.readString(gitDirectory).strip();
    return text.startsWith(GITDIR)
        ? gitDirectory.resolveSibling(text.substring(GITDIR.length()))
        : gitDirectory;
  }

  private void requireBelowRoots(RepositoryUrl url, Path real) {
    for (Path root : policy.fileRoots()) {
      if (real.startsWith(realOf(root))) {
        return;
      }
    }
    throw refused(url, "the folder is not below one that this server allows");
  }

  private static Path realOf(Path root) {
    try {
      return root.toRealPath();
    } catch (IOException e) {
      // A root that does not exist allows nothing: no real path starts with it.
      return root;
    }
  }

  private static String encoded(Path path) {
    return path.toUri().getRawPath().replaceAll("/+$", "");
  }

  private static ErrandException refused(RepositoryUrl url, String why) {
    return new ErrandException(FailureCode.REPOSITORY_REFUSED, "'%s': %s".formatted(url, why));
  }
}
