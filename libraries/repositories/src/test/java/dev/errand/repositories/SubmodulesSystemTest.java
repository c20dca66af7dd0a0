package dev.errand.repositories;

import static dev.errand.repositories.MirrorsSystemTest.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RefName;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SubmodulesSystemTest {
  private static final RefName MAIN = new RefName("main");

  @TempDir Path scratch;
  private Mirrors mirrors;
  private Origin outer;

  @BeforeEach
  void start() {
    Path allowed = scratch.resolve("allowed");
    mirrors =
        new Mirrors(
            scratch.resolve("mirrors"),
            RepositoryPolicy.REMOTE_ONLY.withFileRoots(List.of(allowed)));
    outer = Origin.create(allowed.resolve("outer"));
  }

  @Test
  void bringsSubmodulesAndTheirsIntoTheOneMirror() throws InterruptedException {
    Origin inner = Origin.create(scratch.resolve("allowed/inner"));
    CommitSha innerCommit = inner.write("i", "i").commit("inner");
    Origin middle = Origin.create(scratch.resolve("allowed/middle"));
    middle.git("submodule", "--quiet", "add", inner.directory().toString(), "deep/inner");
    CommitSha middleCommit = middle.commit("middle");
    outer.git("submodule", "--quiet", "add", "--name", "m", "../middle", "libs/a b");
    CommitSha commit = outer.commit("outer");
    mirrors.fetch(outer.url(), MAIN, commit, line -> {});

    List<Submodule> found = mirrors.submodules(outer.url(), commit, line -> {});

    assertThat(found)
        .containsExactly(
            new Submodule("libs/a b", "m", "", middle.url(), middleCommit),
            new Submodule(
                "libs/a b/deep/inner", "deep/inner", "libs/a b", inner.url(), innerCommit));
    Path mirror = mirrors.directory(outer.url());
    assertThat(Origin.git(mirror, "ls-tree", "--name-only", innerCommit.value())).isEqualTo("i\n");
  }

  @Test
  void findsNoneWhereThereAreNone() throws InterruptedException {
    CommitSha commit = outer.write("a", "a").commit("plain");
    mirrors.fetch(outer.url(), MAIN, commit, line -> {});

    assertThat(mirrors.submodules(outer.url(), commit, line -> {})).isEmpty();
  }

  @Test
  void admitsASubmoduleAsItAdmitsARepository() throws InterruptedException {
    Origin outside = Origin.create(scratch.resolve("outside"));
    outside.commit("secret");
    outer.git("submodule", "--quiet", "add", outside.directory().toString(), "stolen");
    CommitSha commit = outer.commit("outer");
    mirrors.fetch(outer.url(), MAIN, commit, line -> {});

    assertFails(
        FailureCode.REPOSITORY_REFUSED, () -> mirrors.submodules(outer.url(), commit, line -> {}));
  }

  /** What whoever may push writes there is asked by the node, inside of its network. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://localhost:1/internal",
        "https://127.0.0.1:1/internal",
        "https://[::1]:1/internal",
        "https://[::ffff:10.0.0.1]:1/internal",
        "https://169.254.169.254/latest/meta-data",
        "ssh://git@10.0.0.1/internal",
        "git@localhost:internal"
      })
  void asksNoServiceOfThisNetwork(String url) throws InterruptedException {
    outer.write(".gitmodules", "[submodule \"s\"]%n\tpath=s%n\turl=%s%n".formatted(url));
    outer.git("add", ".gitmodules");
    outer.git("update-index", "--add", "--cacheinfo", "160000," + "2".repeat(40) + ",s");
    outer.git("commit", "--quiet", "--message", "points inside");
    CommitSha commit = outer.head();
    mirrors.fetch(outer.url(), MAIN, commit, line -> {});

    assertFails(
        FailureCode.REPOSITORY_REFUSED, () -> mirrors.submodules(outer.url(), commit, line -> {}));
  }

  @Test
  void saysWhichSubmoduleIsGone() throws InterruptedException {
    Origin inner = Origin.create(scratch.resolve("allowed/inner"));
    inner.commit("inner");
    outer.git("submodule", "--quiet", "add", "../inner", "inner");
    outer.git("update-index", "--cacheinfo", "160000," + "2".repeat(40) + ",inner");
    outer.git("commit", "--quiet", "--message", "points nowhere");
    CommitSha commit = outer.head();
    mirrors.fetch(outer.url(), MAIN, commit, line -> {});

    assertThat(
            MirrorsSystemTest.failure(() -> mirrors.submodules(outer.url(), commit, line -> {}))
                .failure()
                .message())
        .contains("submodule 'inner'");
  }
}
