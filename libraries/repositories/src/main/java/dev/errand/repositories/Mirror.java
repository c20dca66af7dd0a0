package dev.errand.repositories;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.CommitSha;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
      """
          .replace("( ", "\\( ")
          .replace(" )", " \\)");

  private final Path directory;
  private final Path lock;
  private final Git git;
  private final RepositoryPolicy policy;

  Mirror(Path root, String name, Git git, RepositoryPolicy policy) {
    this.directory = root.resolve(name + ".git");
    this.lock = root.resolve(Mirrors.LOCKS).resolve(name);
    this.git = git;
    this.policy = policy;
  }

  Path directory() {
    return directory;
  }

  /** Makes it if it is not there yet. */
  void ensure() throws InterruptedException {
    if (!Files.isDirectory(directory)) {
      String half = directory.resolveSibling(".new-" + directory.getFileName()).toString();
      require("the mirror", script(CREATE, half, directory.toString()));
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
      } else if (!result.succeeded()) {
        throw GitFailures.of(what, result);
      }
      keep(what, commit);
    } catch (ErrandException | InterruptedException e) {
      cleanSoon();
      throw e;
    }
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
    if (packBytes() > policy.maxMirrorBytes()) {
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
        command(policy.fetchTimeout(), line)
            .to(remote)
            .under(lock)
            .watched(() -> packBytes() > policy.maxMirrorBytes(), progress);
    GitResult result = git.run(command);
    for (int i = 1; i < TRIES && GitFailures.isTransient(result); i++) {
      progress.accept("the connection broke; trying again");
      letTheRemoteRecover(i);
      result = git.run(command);
    }
    return result;
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
    require("the mirror", script(CLEAN, directory.toString()));
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

  private GitResult script(String script, String... arguments) throws InterruptedException {
    String[] line = new String[arguments.length + 4];
    line[0] = "sh";
    line[1] = "-ec";
    line[2] = script;
    line[3] = "errand-mirror";
    System.arraycopy(arguments, 0, line, 4, arguments.length);
    return git.run(GitCommand.of(policy.fetchTimeout(), line).under(lock));
  }

  private static GitResult require(String what, GitResult result) {
    if (!result.succeeded()) {
      throw GitFailures.of(what, result);
    }
    return result;
  }

  private long packBytes() {
    long sum = 0;
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory.resolve("objects/pack"))) {
      for (Path file : files) {
        sum += sizeOf(file);
      }
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "the mirror %s cannot be read".formatted(directory), e);
    }
    return sum;
  }

  private static long sizeOf(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      // A temporary pack that has just got its name: the next look counts it.
      return 0;
    }
  }
}
