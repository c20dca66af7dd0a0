package dev.errand.cli;

import static dev.errand.cli.ServedClone.LINES;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ApplySafetyTest {
  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init") // made before each test
  private ServedClone clone;

  @SuppressWarnings("NullAway.Init") // the clone's
  private Repository repository;

  @BeforeEach
  void make() {
    clone = new ServedClone(folder);
    repository = clone.repository();
  }

  @AfterEach
  void close() {
    clone.close();
  }

  @Test
  void linksThatPointOutsideAreRefusedUnlessAllowed() throws IOException {
    Path link = repository.folder().resolve("sub/link");
    Files.createSymbolicLink(link, Path.of("../../outside"));
    clone.serveChanges();

    Errand.Outcome refused = clone.apply();

    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err())
        .contains("A sub/link (a symbolic link that points outside)")
        .contains("--allow-links");
    assertThat(clone.status()).isEmpty();
    assertThat(clone.apply("--allow-links").exit()).isZero();
    assertThat(Files.isSymbolicLink(link)).isTrue();
  }

  @Test
  void aLinkThatIsOnlyMovedOutsideIsRefusedToo() throws IOException {
    Files.createDirectories(repository.folder().resolve("x/y"));
    Files.createSymbolicLink(repository.folder().resolve("x/y/link"), Path.of("../../a.txt"));
    repository.commit();
    repository.git("mv", "x/y/link", "link");
    clone.serveChanges();

    Errand.Outcome outcome = clone.apply();

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("R x/y/link -> link (a symbolic link that points outside)");
  }

  @Test
  void linksInsideAreTaken() throws IOException {
    Files.createSymbolicLink(repository.folder().resolve("sub/link"), Path.of("../a.txt"));
    clone.serveChanges();

    assertThat(clone.apply().exit()).isZero();
    assertThat(repository.read("sub/link")).isEqualTo(LINES);
  }

  @Test
  void submodulesAreRefused() {
    Repository other = new Repository(folder.resolve("other"));
    String commit = other.write("x", "x").commit();
    repository.git("update-index", "--add", "--cacheinfo", "160000," + commit + ",module");
    clone.serve(
        repository
            .git("diff", "--cached", "--full-index")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    repository.git("reset", "-q", "--hard");

    Errand.Outcome outcome = clone.apply();

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("A module (another repository)");
  }

  @Test
  void saysWhatMayRunHereAndWhatReadsDifferently() {
    repository.write(".github/workflows/ci.yml", "on: push\n").write(".envrc", "x\n");
    repository.write("web/package.json", "{}\n").write("c.java", "a\nif (x\u202e) {}\n");
    clone.serveChanges();

    Errand.Outcome outcome = clone.apply();

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.err())
        .contains("note: .github/workflows/ci.yml: may run on this machine")
        .contains("note: .envrc: may run")
        .contains("note: web/package.json: may run")
        .contains("note: c.java:2: holds characters that change the reading direction");
  }

  @Test
  void nothingOfTheRepositorysConfigurationRuns() throws IOException {
    Path ran = folder.resolve("ran");
    Path script = folder.resolve("script");
    Files.writeString(script, "#!/bin/sh\necho ran >> '" + ran + "'\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    repository.write("a.txt", LINES.replace("two", "zwei"));
    byte[] patch = repository.takeDiff();
    Path hooks = repository.folder().resolve(".git/hooks");
    for (String hook :
        new String[] {
          "post-checkout",
          "post-index-change",
          "reference-transaction",
          "applypatch-msg",
          "pre-applypatch",
          "post-applypatch",
          "fsmonitor-watchman"
        }) {
      Files.createDirectories(hooks);
      Files.copy(script, hooks.resolve(hook), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    for (String key :
        new String[] {"core.fsmonitor", "core.pager", "diff.external", "pager.diff"}) {
      Files.writeString(
          repository.folder().resolve(".git/config"),
          "[%s]\n\t%s = %s\n".formatted(key.split("\\.")[0], key.split("\\.")[1], script),
          java.nio.file.StandardOpenOption.APPEND);
    }
    repository.write("sub/b.txt", "dirty\n");
    clone.serve(patch);

    assertThat(clone.apply("--check").exit()).isZero();
    Errand.Outcome outcome = clone.apply("--3way");

    assertThat(outcome.err()).doesNotContain("conflict");
    assertThat(outcome.exit()).isZero();
    assertThat(ran).doesNotExist();
  }

  @Test
  void aPatchThatLeavesTheTreeIsRefusedBeforeGitSeesIt() {
    clone.serve(
        """
        diff --git a/../evil b/../evil
        new file mode 100644
        index 0000000..1111111
        --- /dev/null
        +++ b/../evil
        @@ -0,0 +1 @@
        +x
        """
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));

    Errand.Outcome outcome = clone.apply();

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("the path '../evil' leaves the tree");
    assertThat(folder.resolve("evil")).doesNotExist();
  }

  @Test
  void outsideOfARepositoryItSaysWhatToDo() throws IOException {
    clone.serve(new byte[0]);
    Path plain = Files.createDirectories(folder.resolve("plain"));

    Errand.Outcome outcome = clone.applyIn(plain);

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).contains("is not in a git working tree").contains("--dir");
    Errand.Outcome inside = clone.applyIn(repository.folder().resolve(".git"));
    assertThat(inside.exit()).isEqualTo(2);
    assertThat(inside.err()).contains(".git is not in a git working tree\n");
  }
}
