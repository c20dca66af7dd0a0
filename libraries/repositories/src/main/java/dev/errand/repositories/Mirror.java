package dev.errand.repositories;

import dev.errand.repositories.lfs.ContentStore;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.CommitSha;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bare repository: objects that boxes borrow, so nothing in it is ever removed or repacked. A
 * commit is here, whole, exactly when {@code refs/errand/keep/<commit>} is.
 *
 * <p>Everything that writes holds the mirror's lock file, which lies outside of the mirror: a box
 * could lock what it can see.
 */
final class Mirror {
  private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);
  private static final String KEEP = "refs/errand/keep/";
  private static final String SUFFIX = ".git";
  private static final String HALF = ".new-";
  private static final int TRIES = 3;
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(60);

  /** Whole or not at all: made beside its place, and moved there by a rename. */
  private static final String CREATE =
      """
      [ -d "$2" ] && exit 0
      rm -rf "$1" && git init --quiet --bare --shared=0644 --template= "$1" && mv -T "$1" "$2"
      """;

  /** Under the lock nobody writes, so what looks half-written was left by somebody who died. */
  private static final String CLEAN =
      """
      find "$1" -maxdepth 1 -name '*.lock' -delete
      find "$1/refs" -name '*.lock' -delete
      find "$1/objects/pack" ( -name 'tmp_*' -o -name '*.keep' ) -delete
      [ ! -d "$1/%1$s" ] || find "$1/%1$s" -type f -mmin +2 -delete
      """
          .formatted(ContentStore.INCOMING)
          .replace("( ", "\\( ")
          .replace(" )", " \\)");

  private static final String SWEEP = "rm -rf \"$2\"; [ -d \"$1\" ] || exit 0\n" + CLEAN;

  /** Whoever holds a mirror cleans it himself. */
  private static final Duration SWEEP_PATIENCE = Duration.ofSeconds(5);

  private final Path directory;
  private final Path lock;
  private final Git git;
  private final RepositoryPolicy policy;
  private final BooleanSupplier diskIsShort;

  /**
   * @param diskIsShort whether mirrors may not grow now
   */
  Mirror(Path root, String name, Git git, RepositoryPolicy policy, BooleanSupplier diskIsShort) {
    this.directory = root.resolve(name + SUFFIX);
    this.lock = root.resolve(Mirrors.LOCKS).resolve(name);
    this.git = git;
    this.policy = policy;
    this.diskIsShort = diskIsShort;
  }

  /** The name of the mirror whose folder, whole or half-made, this is; empty for any other. */
  static Optional<String> nameOf(Path folder) {
    String name = folder.getFileName().toString();
    String whole = name.startsWith(HALF) ? name.substring(HALF.length()) : name;
    return whole.endsWith(SUFFIX) && !whole.startsWith(".")
        ? Optional.of(whole.substring(0, whole.length() - SUFFIX.length()))
        : Optional.empty();
  }

  /** Removes what somebody who died has left half-written, unless somebody else is at work. */
  void sweep() throws InterruptedException {
    GitResult result = script(SWEEP_PATIENCE, SWEEP, directory.toString(), halfMade().toString());
    if (!result.succeeded()) {
      LOG.info("{} is cleaned by the next transfer: {}", directory, result.errors());
    }
  }

  private Path halfMade() {
    return directory.resolveSibling(HALF + directory.getFileName());
  }

  Path directory() {
    return directory;
  }

  /** Makes it if it is not there yet. */
  void ensure() throws InterruptedException {
    if (!Files.isDirectory(directory)) {
      require(
          "the mirror",
          script(policy.fetchTimeout(), CREATE, halfMade().toString(), directory.toString()));
    }
  }

  boolean has(CommitSha commit) {
    return Files.exists(directory.resolve(KEEP + commit));
  }

  /**
   * Brings a commit with all that it needs, and pins it.
   *
   * @param what names the repository or submodule in a failure
   * @param remote as {@link Admission} gave it
   */
  void fetch(String what, Remote remote, CommitSha commit, Consumer<String> progress)
      throws InterruptedException {
    if (has(commit)) {
      return;
    }
    ensure();
    clean();
    try {
      GitResult result = transfer(remote, progress, commit.value());
      if (GitFailures.isMissingObject(result)) {
        fetchByName(what, remote, commit, progress);
      } else if (result.end() == GitResult.End.NO_ROOM) {
        throw withoutRoom(what);
      } else if (!result.succeeded()) {
        throw GitFailures.of(what, result);
      }
      keep(what, commit);
    } catch (ErrandException | InterruptedException e) {
      cleanSoon();
      throw e;
    }
  }

  /** What has come of it is removed; if that makes room enough, it was this repository. */
  private ErrandException withoutRoom(String what) throws InterruptedException {
    clean();
    return diskIsShort.getAsBoolean()
        ? new ErrandException(
            FailureCode.DISK_FULL, "%s: the disk has no room for it".formatted(what))
        : new ErrandException(
            FailureCode.REPOSITORY_TOO_LARGE,
            "%s: it alone needs more room than the disk has".formatted(what));
  }

  /** For remotes that give no commit by its id: all branches and tags, and then look. */
  private void fetchByName(String what, Remote remote, CommitSha commit, Consumer<String> progress)
      throws InterruptedException {
    String into = "refs/errand/from/" + Mirrors.hash(remote.address());
    GitResult result =
        transfer(
            remote,
            progress,
            "+refs/heads/*:%s/heads/*".formatted(into),
            "+refs/tags/*:%s/tags/*".formatted(into));
    if (!result.succeeded()) {
      throw GitFailures.of(what, result);
    }
    if (!read("cat-file", "-e", commit + "^{commit}").succeeded()) {
      throw new ErrandException(
          FailureCode.REF_NOT_FOUND,
          "%s: commit %s is on no branch and behind no tag".formatted(what, commit));
    }
  }

  /** Only now it is here: a small remainder may have come in between two looks at the size. */
  private void keep(String what, CommitSha commit) throws InterruptedException {
    if (bytes() > policy.maxMirrorBytes()) {
      throw new ErrandException(
          FailureCode.REPOSITORY_TOO_LARGE,
          "%s: more than %d bytes".formatted(what, policy.maxMirrorBytes()));
    }
    require(
        what,
        git.run(command(READ_TIMEOUT, "update-ref", KEEP + commit, commit.value()).under(lock)));
  }

  private GitResult transfer(Remote remote, Consumer<String> progress, String... refspecs)
      throws InterruptedException {
    String[] line = new String[6 + refspecs.length];
    List<String> options =
        List.of("fetch", "--progress", "--no-tags", "--no-write-fetch-head", "--end-of-options");
    options.toArray(line);
    line[5] = remote.address();
    System.arraycopy(refspecs, 0, line, 6, refspecs.length);
    GitCommand command =
        command(policy.fetchTimeout(), line).to(remote).under(lock).watched(this::excess, progress);
    GitResult result = git.run(command);
    for (int i = 1; i < TRIES && GitFailures.isTransient(result); i++) {
      progress.accept("the connection broke; trying again");
      letTheRemoteRecover(i);
      result = git.run(command);
    }
    return result;
  }

  private GitResult.@Nullable End excess() {
    if (bytes() > policy.maxMirrorBytes()) {
      return GitResult.End.TOO_LARGE;
    }
    return diskIsShort.getAsBoolean() ? GitResult.End.NO_ROOM : null;
  }

  private static void letTheRemoteRecover(int attempt) throws InterruptedException {
    TimeUnit.SECONDS.sleep(2L * attempt);
  }

  /** A read-only command in the mirror. */
  GitResult read(String... arguments) throws InterruptedException {
    return git.run(command(READ_TIMEOUT, arguments));
  }

  /**
   * The same, for what must succeed.
   *
   * @param what names the repository in the failure
   */
  String text(String what, String... arguments) throws InterruptedException {
    return require(what, read(arguments)).output();
  }

  private GitCommand command(Duration timeout, String... arguments) {
    String[] line = new String[arguments.length + 2];
    line[0] = "git";
    line[1] = "--git-dir=" + directory;
    System.arraycopy(arguments, 0, line, 2, arguments.length);
    return GitCommand.of(timeout, line);
  }

  private void clean() throws InterruptedException {
    require("the mirror", script(policy.fetchTimeout(), CLEAN, directory.toString()));
  }

  /** Whoever is interrupted must not wait; and a failure here is the next fetch's to clean. */
  private void cleanSoon() {
    Thread.startVirtualThread(
        () -> {
          try {
            clean();
          } catch (ErrandException | InterruptedException e) {
            LOG.warn("{} is cleaned by the next transfer: {}", directory, e.getMessage());
          }
        });
  }

  /** What a script that only reads prints; it takes no lock. */
  String script(String what, int maxBytes, String script, String... arguments)
      throws InterruptedException {
    return require(what, git.run(shell(READ_TIMEOUT, script, arguments).withOutput(maxBytes)))
        .output();
  }

  private GitResult script(Duration timeout, String script, String... arguments)
      throws InterruptedException {
    return git.run(shell(timeout, script, arguments).under(lock));
  }

  private static GitCommand shell(Duration timeout, String script, String... arguments) {
    String[] line = new String[arguments.length + 4];
    line[0] = "sh";
    line[1] = "-ec";
    line[2] = script;
    line[3] = "errand-mirror";
    System.arraycopy(arguments, 0, line, 4, arguments.length);
    return GitCommand.of(timeout, line);
  }

  private static GitResult require(String what, GitResult result) {
    if (!result.succeeded()) {
      throw GitFailures.of(what, result);
    }
    return result;
  }

  /** What it occupies, the contents of Git LFS with it. */
  long bytes() {
    try {
      return ContentStore.bytes(directory.resolve("objects/pack"))
          + new ContentStore(directory).bytes();
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "the mirror %s cannot be read".formatted(directory), e);
    }
  }
}
