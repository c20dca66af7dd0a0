package dev.errand.repositories;

import static dev.errand.repositories.MirrorsSystemTest.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResolveSystemTest {
  private static final RefName MAIN = new RefName("main");

  @TempDir Path scratch;
  private Path root;
  private Mirrors mirrors;
  private Origin origin;

  @BeforeEach
  void start() {
    root = scratch.resolve("mirrors");
    mirrors = new Mirrors(root, RepositoryPolicy.REMOTE_ONLY.withFileRoots(List.of(scratch)));
    origin = Origin.create(scratch.resolve("web"));
  }

  @Test
  void resolvesBranchesTagsCommitsAndTheDefault() throws InterruptedException {
    CommitSha first = origin.commit("first");
    origin.git("tag", "light");
    origin.git("tag", "--annotate", "--message", "a release", "v1");
    origin.git("branch", "topic/one");
    CommitSha second = origin.commit("second");

    assertThat(resolve(null)).isEqualTo(new Resolved(MAIN, second, MAIN));
    assertThat(resolve("main").commit()).isEqualTo(second);
    assertThat(resolve("topic/one").commit()).isEqualTo(first);
    assertThat(resolve("light").commit()).isEqualTo(first);
    assertThat(resolve("v1").commit()).isEqualTo(first);
    assertThat(resolve(first.value()))
        .isEqualTo(new Resolved(new RefName(first.value()), first, MAIN));
  }

  @Test
  void tellsWhyThereIsNoCommit() {
    Origin empty = Origin.create(scratch.resolve("empty"));
    assertFails(FailureCode.REPOSITORY_EMPTY, () -> mirrors.resolve(empty.url(), null));
    assertFails(FailureCode.REPOSITORY_EMPTY, () -> mirrors.resolve(empty.url(), MAIN));

    CommitSha commit = origin.commit("first");
    assertFails(FailureCode.REF_NOT_FOUND, () -> resolve("nowhere"));
    assertFails(FailureCode.REF_NOT_FOUND, () -> resolve(commit.value().substring(0, 10)));
    assertFails(FailureCode.REF_NOT_FOUND, () -> resolve("1".repeat(40)));
    String tree = origin.git("rev-parse", "HEAD^{tree}").strip();
    assertFails(FailureCode.REF_NOT_FOUND, () -> resolve(tree));
  }

  @Test
  void namesNoDefaultBranchWhenHeadLeadsNowhere() throws InterruptedException {
    CommitSha first = origin.commit("first");
    origin.git("symbolic-ref", "HEAD", "refs/heads/gone");

    assertFails(FailureCode.REF_NOT_FOUND, () -> resolve(null));
    assertThat(resolve("main")).isEqualTo(new Resolved(MAIN, first, null));
    assertThat(resolve(first.value()).defaultBranch()).isNull();
    assertThat(Files.exists(origin.directory().resolve(".git"))).isTrue();
  }

  @Test
  void refusesWhatThePolicyDoesNotAllow() throws IOException {
    Path outside = Files.createTempDirectory("errand-outside");
    try {
      Files.createSymbolicLink(scratch.resolve("link"), outside);
      Mirrors strict = new Mirrors(root, RepositoryPolicy.REMOTE_ONLY);

      assertRefused(mirrors, "file://" + outside);
      assertRefused(mirrors, "file://" + scratch + "/link");
      assertRefused(mirrors, "file:///nowhere/at/all");
      assertRefused(mirrors, "http://example.org/web");
      assertRefused(strict, origin.url().value());
    } finally {
      Files.delete(outside);
    }
  }

  /** A commit of another's repository would be cloned with ours. */
  @Test
  void refusesARepositoryThatBorrowsFromOneElsewhere(@TempDir Path elsewhere)
      throws IOException, InterruptedException {
    Origin other = Origin.create(elsewhere.resolve("private"));
    other.commit("secret");
    Path allowed = Files.createDirectory(scratch.resolve("allowed"));
    Origin.git(allowed, "clone", "--quiet", "--shared", elsewhere + "/private", "borrower");
    Origin own = Origin.create(allowed.resolve("own"));
    own.commit("first");
    Origin.git(allowed, "clone", "--quiet", "--shared", "own", "inside");
    Mirrors strict =
        new Mirrors(root, RepositoryPolicy.REMOTE_ONLY.withFileRoots(List.of(allowed)));

    assertRefused(strict, "file://" + allowed + "/borrower");
    RepositoryUrl inside = new RepositoryUrl("file://" + allowed + "/inside");
    assertThat(strict.resolve(inside, MAIN).commit()).isEqualTo(own.head());
  }

  @Test
  void refusesAWorktreeThatBelongsToARepositoryElsewhere() throws IOException {
    Path folder = Files.createDirectory(scratch.resolve("worktree"));
    Files.writeString(folder.resolve(".git"), "gitdir: /tmp\n");

    assertRefused(mirrors, "file://" + folder);
  }

  @Test
  void saysThatThereIsNoRepository() throws IOException {
    Path folder = Files.createDirectory(scratch.resolve("plain"));

    assertFails(
        FailureCode.REPOSITORY_UNREACHABLE,
        () -> mirrors.resolve(new RepositoryUrl("file://" + folder), null));
    assertFails(
        FailureCode.REPOSITORY_UNREACHABLE,
        () -> mirrors.resolve(new RepositoryUrl("file://" + scratch + "/nothing"), null));
  }

  @Test
  void knowsWhatATrustedBranchLeadsTo() throws InterruptedException {
    CommitSha first = origin.commit("first");
    CommitSha second = origin.commit("second");
    origin.git("checkout", "--quiet", "-b", "fork", first.value());
    CommitSha fork = origin.commit("fork");

    assertThat(mirrors.leadsTo(origin.url(), MAIN, second)).isTrue();
    assertThat(mirrors.leadsTo(origin.url(), MAIN, first)).isTrue();
    assertThat(mirrors.leadsTo(origin.url(), MAIN, fork)).isFalse();
  }

  private Resolved resolve(@Nullable String ref) throws InterruptedException {
    return mirrors.resolve(origin.url(), ref == null ? null : new RefName(ref));
  }

  private static void assertRefused(Mirrors mirrors, String url) {
    assertFails(
        FailureCode.REPOSITORY_REFUSED, () -> mirrors.resolve(new RepositoryUrl(url), null));
  }
}
