package dev.errand.repositories;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RepositoryUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a remote for one commit without its history and, where the remote can, without its files, in
 * a scratch repository that is gone afterwards.
 */
final class CommitProbe {
  private static final Logger LOG = LoggerFactory.getLogger(CommitProbe.class);

  private static final String PREFIX = "probe-";

  /** The trap removes the scratch folder even when this JVM is killed meanwhile. */
  private static final String SCRIPT =
      """
      trap 'rm -rf "$1"' EXIT
      git init --quiet --bare --template= "$1"
      git --git-dir="$1" fetch --quiet --no-tags --no-write-fetch-head --depth=1 \\
        --filter=tree:0 --end-of-options "$2" "+$3:refs/errand/probe"
      [ "$(git --git-dir="$1" cat-file -t "$3")" = commit ] || {
        echo "fatal: couldn't find remote ref $3, which is no commit" >&2
        exit 128
      }
      """;

  private final Git git;
  private final RepositoryPolicy policy;
  private final Path home;

  CommitProbe(Git git, RepositoryPolicy policy, Path home) {
    this.git = git;
    this.policy = policy;
    this.home = home;
  }

  /**
   * @throws ErrandException REF_NOT_FOUND when the remote has no such commit, and as git fails
   */
  void require(RepositoryUrl url, Remote remote, CommitSha commit) throws InterruptedException {
    Path scratch;
    try {
      scratch = Files.createTempDirectory(home, PREFIX);
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "a folder in %s cannot be made".formatted(home), e);
    }
    try {
      GitResult result = git.run(command(scratch, remote, commit));
      if (!result.succeeded()) {
        throw GitFailures.of("'%s' (%s)".formatted(url, commit), result);
      }
    } finally {
      remove(scratch);
    }
  }

  private GitCommand command(Path scratch, Remote remote, CommitSha commit) {
    String folder = scratch.toString();
    return GitCommand.of(
            policy.resolveTimeout(),
            "sh",
            "-ec",
            SCRIPT,
            "errand-probe",
            folder,
            remote.address(),
            commit.value())
        .to(remote);
  }

  /**
   * Removes the scratch folders of whoever was killed with his shell.
   *
   * @param old what has not changed since then is nobody's
   */
  static void sweep(Path home, Instant old) throws IOException {
    try (DirectoryStream<Path> probes = Files.newDirectoryStream(home, PREFIX + "*")) {
      for (Path probe : probes) {
        if (Files.getLastModifiedTime(probe).toInstant().isBefore(old)) {
          remove(probe);
        }
      }
    }
  }

  /** For the shell that was killed before its trap; else there is nothing left. */
  private static void remove(Path scratch) {
    try (Stream<Path> tree = Files.walk(scratch)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      LOG.trace("{} is gone already", scratch);
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{} could not be removed", scratch, e);
    }
  }
}
