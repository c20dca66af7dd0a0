package dev.errand.repositories;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.RepositoryUrl;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Says which URLs git may be given. The repository's own and every submodule's pass here, for what
 * a repository says about its submodules is as foreign as what a user says.
 */
final class Admission {
  private static final int MAX_GITFILE_BYTES = 4096;
  private static final String GITDIR = "gitdir: ";

  private final RepositoryPolicy policy;

  Admission(RepositoryPolicy policy) {
    this.policy = policy;
  }

  /**
   * What git is to be called with for this URL. A file URL becomes its real path: a symlink that
   * changes later leads nowhere else.
   *
   * @throws ErrandException REPOSITORY_REFUSED, or REPOSITORY_UNREACHABLE for a folder that is not
   *     there
   */
  String admit(RepositoryUrl url) {
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
    String host = URI.create(url.value()).getHost().toLowerCase(Locale.ROOT);
    if (!policy.hosts().isEmpty() && !policy.hosts().contains(host)) {
      throw refused(url, "the host '%s' is not allowed on this server".formatted(host));
    }
    return url.value();
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
      if (Files.exists(gitDirectory)) {
        requireBelowRoots(url, behind(gitDirectory).toRealPath());
      }
      return "file://" + encoded(real);
    } catch (IOException e) {
      requireBelowRoots(url, asked.normalize());
      throw new ErrandException(
          FailureCode.REPOSITORY_UNREACHABLE, "'%s' is not there".formatted(url), e);
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
