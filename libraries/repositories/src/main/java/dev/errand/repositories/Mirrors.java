package dev.errand.repositories;

import dev.errand.repositories.credentials.Credentials;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's bare mirrors, one per URL and credential, and what remotes say of their references.
 * Any thread, and any number of processes on the same folder; an interrupt ends the waiting and the
 * transfer, and the next one goes on. What is fetched stays: nothing is removed or repacked here.
 */
public final class Mirrors {
  static final String LOCKS = ".locks";
  private static final String HOME = ".home";
  private static final Pattern FULL_COMMIT = Pattern.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?");

  /** What a remote with 100,000 references sends is below this. */
  private static final int MAX_LISTING_BYTES = 16 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Mirrors.class);

  private final Path root;
  private final RepositoryPolicy policy;
  private final Admission admission;
  private final Git git;
  private final BooleanSupplier diskIsShort;

  /** Mirrors on a disk that nobody looks after. */
  public Mirrors(Path root, RepositoryPolicy policy) {
    this(root, policy, () -> false);
  }

  /**
   * Makes the folder, readable by nobody else: boxes see their one mirror through a mount.
   *
   * @param diskIsShort whether mirrors may not grow now; asked often, so it must be quick
   * @throws ErrandException DISK_FULL when it cannot be made
   */
  public Mirrors(Path root, RepositoryPolicy policy, BooleanSupplier diskIsShort) {
    this.root = root.toAbsolutePath();
    this.policy = policy;
    this.diskIsShort = diskIsShort;
    this.admission = new Admission(policy, Credentials.NONE);
    this.git = new Git(this.root.resolve(HOME), policy);
    try {
      Files.createDirectories(this.root);
      Files.setPosixFilePermissions(this.root, PosixFilePermissions.fromString("rwx------"));
      Files.createDirectories(this.root.resolve(HOME));
      Files.createDirectories(this.root.resolve(LOCKS));
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "the folder %s cannot be made".formatted(this.root), e);
    }
  }

  private Mirrors(Mirrors other, Credentials credentials) {
    this.root = other.root;
    this.policy = other.policy;
    this.admission = new Admission(other.policy, credentials);
    this.git = other.git;
    this.diskIsShort = other.diskIsShort;
  }

  /** The same mirrors for who has credentials: what one of them opens has a mirror of its own. */
  public Mirrors with(Credentials credentials) {
    return new Mirrors(this, credentials);
  }

  /**
   * Asks the remote what a branch, a tag or a full commit id is now; null asks for the default
   * branch.
   *
   * @throws ErrandException REF_NOT_FOUND, REPOSITORY_EMPTY, REPOSITORY_UNREACHABLE or
   *     REPOSITORY_REFUSED
   */
  public Resolved resolve(RepositoryUrl url, @Nullable RefName ref) throws InterruptedException {
    Remote remote = admission.admit(url);
    String name = ref == null ? "HEAD" : ref.value();
    RemoteRefs refs =
        list(
            url,
            remote,
            "HEAD",
            "refs/heads/" + name,
            "refs/tags/" + name,
            "refs/tags/" + name + "^{}");
    if (ref != null && FULL_COMMIT.matcher(name).matches()) {
      CommitSha commit = new CommitSha(name);
      requireCommit(url, remote, commit);
      return new Resolved(ref, commit, defaultBranch(url, remote, refs).orElse(null));
    }
    RefName branch = ref != null ? ref : defaultBranch(url, remote, refs).orElse(null);
    Optional<CommitSha> commit =
        ref != null ? refs.find(ref) : branch == null ? Optional.empty() : refs.head();
    if (branch == null || commit.isEmpty()) {
      throw notFound(url, remote, ref);
    }
    return new Resolved(branch, commit.get(), defaultBranch(url, remote, refs).orElse(null));
  }

  /** The mirror's folder, made empty if it is new: it can be mounted before it is filled. */
  public Path directory(RepositoryUrl url) throws InterruptedException {
    Mirror mirror = mirror(url);
    mirror.ensure();
    return mirror.directory();
  }

  /**
   * Has the commit, whole, in the mirror when it returns, and pinned there for good.
   *
   * @param ref where the commit was found; named in failures
   * @param progress takes git's own lines as they come, without terminal controls
   * @throws ErrandException REF_NOT_FOUND, REPOSITORY_TOO_LARGE, REPOSITORY_UNREACHABLE,
   *     REPOSITORY_REFUSED, DISK_FULL, or STAGE_TIMED_OUT when another transfer does not end
   */
  public void fetch(RepositoryUrl url, RefName ref, CommitSha commit, Consumer<String> progress)
      throws InterruptedException {
    Mirror mirror = mirror(url);
    if (!mirror.has(commit)) {
      mirror.fetch("'%s' (%s)".formatted(url, ref), admission.admit(url), commit, progress);
    }
  }

  /**
   * The submodules of a commit that is here, and theirs, parents first; their objects are fetched
   * into this mirror, so that one mount serves all.
   *
   * @throws ErrandException as {@link #fetch}, naming the submodule
   */
  public List<Submodule> submodules(RepositoryUrl url, CommitSha commit, Consumer<String> progress)
      throws InterruptedException {
    return new SubmoduleWalk(mirror(url), admission, url, progress).from(commit);
  }

  /** The names at the top of a commit that is here: files and folders. */
  public List<String> rootNames(RepositoryUrl url, CommitSha commit) throws InterruptedException {
    String names = mirror(url).text(url.value(), "ls-tree", "-z", "--name-only", commit.value());
    return List.of(names.split("\0"));
  }

  /** A file of a commit that is here, as UTF-8; empty when there is none or it is above 1 MiB. */
  public Optional<String> file(RepositoryUrl url, CommitSha commit, String path)
      throws InterruptedException {
    GitResult result = mirror(url).read("cat-file", "blob", commit + ":" + path);
    return result.succeeded() ? Optional.of(result.output()) : Optional.empty();
  }

  /**
   * Brings what Git LFS keeps for a commit that is here, and for its submodules, into this mirror.
   *
   * @return for each repository whose files stay pointers, why
   * @throws ErrandException as {@link #fetch}; what a server refuses for good is no failure
   */
  public List<String> contents(
      RepositoryUrl url, CommitSha commit, List<Submodule> submodules, Consumer<String> progress)
      throws InterruptedException {
    Lfs lfs = new Lfs(mirror(url), git, admission, policy, diskIsShort, url);
    List<String> pointers = new ArrayList<>();
    lfs.fetch(url, commit, progress).ifPresent(pointers::add);
    for (Submodule submodule : submodules) {
      lfs.fetch(submodule.url(), submodule.commit(), progress).ifPresent(pointers::add);
    }
    return pointers;
  }

  /**
   * Whether one of these references leads to the commit now; what is needed to tell is fetched.
   *
   * @throws ErrandException as {@link #resolve} and {@link #fetch}
   */
  public boolean leadsTo(RepositoryUrl url, RefName ref, CommitSha commit)
      throws InterruptedException {
    CommitSha tip = resolve(url, ref).commit();
    if (tip.equals(commit)) {
      return true;
    }
    fetch(url, ref, tip, line -> {});
    fetch(url, ref, commit, line -> {});
    return mirror(url).read("merge-base", "--is-ancestor", commit.value(), tip.value()).succeeded();
  }

  private Mirror mirror(RepositoryUrl url) {
    Credentials.Found login = admission.login(url);
    String key = login == null ? url.value() : url.value() + "\n" + login.name();
    return mirror(url.folder() + "-" + hash(key));
  }

  private Mirror mirror(String name) {
    return new Mirror(root, name, git, policy, diskIsShort);
  }

  /**
   * Removes what processes that were killed have left: half-made mirrors and packs, locks of git's
   * own, probes. Waits for nobody who is at work; to be called at a node's start.
   */
  public void sweep(Instant now) {
    try {
      Set<String> names = new TreeSet<>();
      try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
        folders.forEach(folder -> Mirror.nameOf(folder).ifPresent(names::add));
      }
      for (String name : names) {
        mirror(name).sweep();
      }
      CommitProbe.sweep(root.resolve(HOME), now.minus(policy.resolveTimeout().multipliedBy(2)));
    } catch (IOException e) {
      LOG.warn("Cannot tidy {}: {}", root, e.toString());
    } catch (ErrandException | InterruptedException e) {
      LOG.info("{} is tidied at the next start: {}", root, e.getMessage());
    }
  }

  private RemoteRefs list(RepositoryUrl url, Remote remote, String... patterns)
      throws InterruptedException {
    String[] line = new String[5 + patterns.length];
    List.of("git", "ls-remote", "--symref", "--end-of-options", remote.address()).toArray(line);
    System.arraycopy(patterns, 0, line, 5, patterns.length);
    GitResult result =
        git.run(
            GitCommand.of(policy.resolveTimeout(), line).withOutput(MAX_LISTING_BYTES).to(remote));
    if (!result.succeeded()) {
      throw GitFailures.of("'%s'".formatted(url), result);
    }
    return RemoteRefs.parse(result.output());
  }

  /** Old remotes do not say what HEAD names: then the branches are compared. */
  private Optional<RefName> defaultBranch(RepositoryUrl url, Remote remote, RemoteRefs refs)
      throws InterruptedException {
    Optional<RefName> told = refs.defaultBranch();
    return told.isPresent() || refs.head().isEmpty()
        ? told
        : list(url, remote, "HEAD", "refs/heads/*").defaultBranch();
  }

  private ErrandException notFound(RepositoryUrl url, Remote remote, @Nullable RefName ref)
      throws InterruptedException {
    if (list(url, remote, "refs/heads/*", "refs/tags/*").isEmpty()) {
      return new ErrandException(
          FailureCode.REPOSITORY_EMPTY, "'%s' has no commit yet".formatted(url));
    }
    String message =
        ref == null
            ? "'%s': its HEAD names no branch that exists; name a branch".formatted(url)
            : "'%s' has no branch and no tag '%s' (a commit is named by its full id)"
                .formatted(url, ref);
    return new ErrandException(FailureCode.REF_NOT_FOUND, message);
  }

  /** A commit by its id is looked for with a transfer of (nearly) it alone, into nothing. */
  private void requireCommit(RepositoryUrl url, Remote remote, CommitSha commit)
      throws InterruptedException {
    if (!mirror(url).has(commit)) {
      new CommitProbe(git, policy, root.resolve(HOME)).require(url, remote, commit);
    }
  }

  /** 64 bits of SHA-256: enough to keep a node's repositories apart. */
  static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
