package dev.errand.repositories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RefName;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MirrorsSystemTest {
  private static final RefName MAIN = new RefName("main");

  @TempDir Path scratch;
  private Path root;
  private Mirrors mirrors;
  private Origin origin;

  @BeforeEach
  void start() {
    root = scratch.resolve("mirrors");
    mirrors = new Mirrors(root, policy());
    origin = Origin.create(scratch.resolve("web"));
  }

  private RepositoryPolicy policy() {
    return RepositoryPolicy.REMOTE_ONLY.withFileRoots(List.of(scratch));
  }

  @Test
  void mirrorsEverythingThatGitCanKeep() throws Exception {
    Origin odd = Origin.create(scratch.resolve("a repository with ünïcode"));
    byte[] binary = new byte[100_000];
    new Random(1).nextBytes(binary);
    odd.write("crlf.txt", "one\r\ntwo\r\n").write("ünï code/文件.txt", "text").write("b", binary);
    odd.write("run.sh", "#!/bin/sh\n");
    Files.setPosixFilePermissions(
        odd.directory().resolve("run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createSymbolicLink(odd.directory().resolve("link"), Path.of("crlf.txt"));
    CommitSha commit = odd.commit("odd");

    mirrors.fetch(odd.url(), MAIN, commit, line -> {});

    Path mirror = mirrors.directory(odd.url());
    Path clone = scratch.resolve("clone");
    Origin.git(scratch, "clone", "--quiet", "--no-checkout", mirror.toString(), clone.toString());
    Origin.git(clone, "checkout", "--quiet", commit.value());
    assertThat(clone.resolve("crlf.txt")).hasContent("one\r\ntwo\r\n");
    assertThat(clone.resolve("ünï code/文件.txt")).hasContent("text");
    assertThat(Files.readAllBytes(clone.resolve("b"))).isEqualTo(binary);
    assertThat(Files.isExecutable(clone.resolve("run.sh"))).isTrue();
    assertThat(Files.isSymbolicLink(clone.resolve("link"))).isTrue();
    assertThat(mirrors.rootNames(odd.url(), commit))
        .containsExactlyInAnyOrder("crlf.txt", "ünï code", "b", "run.sh", "link");
    assertThat(mirrors.file(odd.url(), commit, "run.sh")).contains("#!/bin/sh\n");
    assertThat(mirrors.file(odd.url(), commit, "none")).isEmpty();
  }

  @Test
  void readableInABoxWhateverTheUmaskAndByNobodyElse() throws Exception {
    CommitSha commit = origin.write("a", "a").commit("first");

    mirrors.fetch(origin.url(), MAIN, commit, line -> {});

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
        .isEqualTo("rwx------");
    try (Stream<Path> files = Files.walk(mirrors.directory(origin.url()))) {
      assertThat(files)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .matches("r.{5}r..|.*r.x$"));
    }
  }

  @Test
  void keepsWhatItHasWhenTheRemoteForgetsIt() throws InterruptedException {
    CommitSha first = origin.write("a", "a").commit("first");
    mirrors.fetch(origin.url(), MAIN, first, line -> {});
    origin.git("checkout", "--quiet", "--orphan", "other");
    CommitSha second = origin.write("a", "b").commit("rewritten");
    origin.git("branch", "--delete", "--force", "main");
    origin.git("reflog", "expire", "--expire=now", "--all");
    origin.git("gc", "--quiet", "--prune=now");

    mirrors.fetch(origin.url(), new RefName("other"), second, line -> {});
    mirrors.fetch(origin.url(), MAIN, first, line -> {});

    assertThat(mirrors.rootNames(origin.url(), first)).containsExactly("a");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void fetchesACommitThatOnlyItsBranchLeadsTo() throws InterruptedException {
    CommitSha first = origin.write("a", "a").commit("first");
    origin.write("a", "b").commit("second");
    origin.git("config", "uploadpack.allowAnySHA1InWant", "false");
    // The old protocol hands out only what is advertised.
    origin.git("config", "protocol.version", "0");

    mirrors.fetch(origin.url(), MAIN, first, line -> {});

    assertThat(mirrors.rootNames(origin.url(), first)).containsExactly("a");
    assertFails(
        FailureCode.REF_NOT_FOUND,
        () -> mirrors.fetch(origin.url(), MAIN, new CommitSha("1".repeat(40)), line -> {}));
  }

  @Test
  void goesOnAfterATransferThatWasKilled() throws Exception {
    CommitSha commit = origin.write("a", "a").commit("first");
    Path mirror = mirrors.directory(origin.url());
    Files.writeString(mirror.resolve("objects/pack/tmp_pack_abc"), "half");
    Files.writeString(mirror.resolve("packed-refs.lock"), "");
    Files.createDirectories(mirror.resolve("refs/errand/keep"));
    Files.writeString(mirror.resolve("refs/errand/keep/" + commit + ".lock"), "");

    mirrors.fetch(origin.url(), MAIN, commit, line -> {});

    assertThat(mirrors.rootNames(origin.url(), commit)).containsExactly("a");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void makesAMirrorWhoseMakingWasKilled() throws Exception {
    Path mirror = mirrors.directory(origin.url());
    Path half = mirror.resolveSibling(".new-" + mirror.getFileName());
    Files.move(mirror, half);
    Files.writeString(half.resolve("config.lock"), "");

    assertThat(mirrors.directory(origin.url()).resolve("objects")).isDirectory();
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void aStartRemovesWhatAKilledNodeHasLeft() throws Exception {
    byte[] noise = new byte[60_000_000];
    new Random(3).nextBytes(noise);
    CommitSha commit = origin.write("noise", noise).commit("large");
    Process node = MirrorProcess.start(root, scratch, origin);
    await().pollInterval(Duration.ofMillis(5)).until(() -> !leftovers().isEmpty());
    List<ProcessHandle> all =
        Stream.concat(node.descendants(), Stream.of(node.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    await().until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    Path probe = Files.createDirectories(root.resolve(".home/probe-1/objects")).getParent();
    Path half = Files.createDirectories(root.resolve(".new-other-1.git/refs"));
    assertThat(leftovers()).hasSizeGreaterThan(2);

    mirrors.sweep(Instant.now());
    assertThat(leftovers()).as("a probe may be somebody's").containsOnly(probe);
    mirrors.sweep(Instant.now().plusSeconds(60));

    assertThat(leftovers()).isEmpty();
    assertThat(half).doesNotExist();
    mirrors.fetch(origin.url(), MAIN, commit, line -> {});
    assertThat(mirrors.rootNames(origin.url(), commit)).containsExactly("noise");
  }

  @Test
  void waitsForRoomOnTheDiskUnlessItAloneNeedsMore() throws Exception {
    byte[] noise = new byte[60_000_000];
    new Random(4).nextBytes(noise);
    CommitSha commit = origin.write("noise", noise).commit("large");
    Mirrors full = new Mirrors(root, policy(), () -> true);
    Mirrors narrow = new Mirrors(root, policy(), () -> !leftovers().isEmpty());

    assertFails(FailureCode.DISK_FULL, () -> full.fetch(origin.url(), MAIN, commit, line -> {}));
    assertFails(
        FailureCode.REPOSITORY_TOO_LARGE,
        () -> narrow.fetch(origin.url(), MAIN, commit, line -> {}));

    await().untilAsserted(() -> assertThat(leftovers()).isEmpty());
    mirrors.fetch(origin.url(), MAIN, commit, line -> {});
    assertThat(mirrors.rootNames(origin.url(), commit)).containsExactly("noise");
  }

  @Test
  void oneTransferAtATimeHoweverManyAsk() throws Exception {
    CommitSha commit = origin.write("a", "a").commit("first");
    List<Callable<List<String>>> jobs = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      jobs.add(
          () -> {
            Mirrors own = new Mirrors(root, policy());
            own.fetch(origin.url(), MAIN, commit, line -> {});
            return own.rootNames(origin.url(), commit);
          });
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<List<String>> job : threads.invokeAll(jobs)) {
        assertThat(job.get()).containsExactly("a");
      }
    }
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void stopsATransferThatBecomesTooLargeOrTakesTooLong() throws Exception {
    byte[] noise = new byte[30_000_000];
    new Random(2).nextBytes(noise);
    CommitSha commit = origin.write("noise", noise).commit("large");
    RepositoryPolicy slow = limited(1_000_000, Duration.ofMinutes(1));
    RepositoryPolicy hasty = limited(1L << 30, Duration.ofMillis(1));

    assertThat(failure(() -> fetchWith(slow, commit)).code())
        .isIn(FailureCode.REPOSITORY_TOO_LARGE);
    assertThat(failure(() -> fetchWith(hasty, commit)).code())
        .isIn(FailureCode.REPOSITORY_UNREACHABLE, FailureCode.STAGE_TIMED_OUT);
    await().untilAsserted(() -> assertThat(leftovers()).isEmpty());
  }

  private RepositoryPolicy limited(long bytes, Duration fetchTimeout) {
    return new RepositoryPolicy(
        List.of(scratch),
        false,
        Set.of(),
        bytes,
        Duration.ofSeconds(20),
        fetchTimeout,
        null,
        null,
        null,
        null);
  }

  private void fetchWith(RepositoryPolicy policy, CommitSha commit) throws InterruptedException {
    new Mirrors(root, policy).fetch(origin.url(), MAIN, commit, line -> {});
  }

  /** Looked for while git works: what goes meanwhile is not among them. */
  private List<Path> leftovers() {
    List<Path> all = new ArrayList<>(List.of(root));
    for (int i = 0; i < all.size(); i++) {
      File[] entries = all.get(i).toFile().listFiles(); // null for what is no folder any more
      Stream.ofNullable(entries).flatMap(Stream::of).map(File::toPath).forEach(all::add);
    }
    return all.stream()
        .filter(
            file ->
                file.toString().matches(".*(\\.lock|/tmp_[^/]*|/probe-[^/]*|\\.keep|/\\.new-.*)"))
        .toList();
  }

  static void assertFails(FailureCode code, ThrowingCallable call) {
    assertThat(failure(call).code()).isEqualTo(code);
  }

  static ErrandException failure(ThrowingCallable call) {
    List<ErrandException> failures = new ArrayList<>();
    assertThatExceptionOfType(ErrandException.class).isThrownBy(call).satisfies(failures::add);
    return failures.getFirst();
  }
}
