package dev.errand.cli;

import static dev.errand.cli.FakeServer.TASK;
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
  private static final String LINES = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";

  @TempDir private Path folder;
  private final FakeServer server = new FakeServer();

  @SuppressWarnings("NullAway.Init") // made before each test
  private Repository repository;

  private String base = "";

  @BeforeEach
  void make() {
    repository = new Repository(folder.resolve("clone"));
    repository.write("a.txt", LINES).write("sub/b.txt", LINES);
    base = repository.commit();
  }

  @AfterEach
  void close() {
    server.close();
  }

  /** What the task has changed: the working tree's changes, which are taken out of it. */
  private void serveChanges() {
    serve(repository.takeDiff());
  }

  private void serve(byte[] patch) {
    server.on(
        "GET /api/v1/tasks/" + TASK + "/diff",
        request -> {
          request.exchange().getResponseHeaders().set("Errand-Base-Commit", base);
          request.exchange().getResponseHeaders().set("Errand-Attempt", "1");
          FakeServer.respond(request, 200, "text/plain", patch);
        });
  }

  private Errand.Outcome apply(String... options) {
    return applyIn(repository.folder(), options);
  }

  private Errand.Outcome applyIn(Path directory, String... options) {
    String[] arguments = new String[options.length + 2];
    arguments[0] = "apply";
    arguments[1] = TASK;
    System.arraycopy(options, 0, arguments, 2, options.length);
    return new Errand(directory, server).run(arguments);
  }

  private String status() {
    return repository.git("status", "--porcelain", "--untracked-files=all");
  }

  @Test
  void linksThatPointOutsideAreRefusedUnlessAllowed() throws IOException {
    Path link = repository.folder().resolve("sub/link");
    Files.createSymbolicLink(link, Path.of("../../outside"));
    serveChanges();

    Errand.Outcome refused = apply();

    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err())
        .contains("A sub/link (a symbolic link that points outside)")
        .contains("--allow-links");
    assertThat(status()).isEmpty();
    assertThat(apply("--allow-links").exit()).isZero();
    assertThat(Files.isSymbolicLink(link)).isTrue();
  }

  @Test
  void aLinkThatIsOnlyMovedOutsideIsRefusedToo() throws IOException {
    Files.createDirectories(repository.folder().resolve("x/y"));
    Files.createSymbolicLink(repository.folder().resolve("x/y/link"), Path.of("../../a.txt"));
    repository.commit();
    repository.git("mv", "x/y/link", "link");
    serveChanges();

    Errand.Outcome outcome = apply();

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("R x/y/link -> link (a symbolic link that points outside)");
  }

  @Test
  void linksInsideAreTaken() throws IOException {
    Files.createSymbolicLink(repository.folder().resolve("sub/link"), Path.of("../a.txt"));
    serveChanges();

    assertThat(apply().exit()).isZero();
    assertThat(repository.read("sub/link")).isEqualTo(LINES);
  }

  @Test
  void submodulesAreRefused() {
    Repository other = new Repository(folder.resolve("other"));
    String commit = other.write("x", "x").commit();
    repository.git("update-index", "--add", "--cacheinfo", "160000," + commit + ",module");
    serve(
        repository
            .git("diff", "--cached", "--full-index")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    repository.git("reset", "-q", "--hard");

    Errand.Outcome outcome = apply();

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("A module (another repository)");
  }

  @Test
  void saysWhatMayRunHereAndWhatReadsDifferently() {
    repository.write(".github/workflows/ci.yml", "on: push\n").write(".envrc", "x\n");
    repository.write("web/package.json", "{}\n").write("c.java", "a\nif (x\u202e) {}\n");
    serveChanges();

    Errand.Outcome outcome = apply();

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
    serve(patch);

    assertThat(apply("--check").exit()).isZero();
    Errand.Outcome outcome = apply("--3way");

    assertThat(outcome.err()).doesNotContain("conflict");
    assertThat(outcome.exit()).isZero();
    assertThat(ran).doesNotExist();
  }

  @Test
  void aPatchThatLeavesTheTreeIsRefusedBeforeGitSeesIt() {
    serve(
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

    Errand.Outcome outcome = apply();

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("the path '../evil' leaves the tree");
    assertThat(folder.resolve("evil")).doesNotExist();
  }

  @Test
  void outsideOfARepositoryItSaysWhatToDo() throws IOException {
    serve(new byte[0]);
    Path plain = Files.createDirectories(folder.resolve("plain"));

    Errand.Outcome outcome = applyIn(plain);

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).contains("is not in a git working tree").contains("--dir");
  }
}
