package dev.errand.diffcollector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Takes what git makes, and nothing else. */
class PatchParserTest {
  private static final String INDEX = "index " + "0".repeat(40) + ".." + "1".repeat(40) + " 100644";

  @Test
  void anEmptyPatchChangesNothing() throws Exception {
    assertThat(parse("")).isEqualTo(new PatchSummary(0, 0, 0));
  }

  /** Everything at once, made by a real git with the options of diff.sh. */
  @Test
  void whatGitMakesIsTaken(@TempDir Path folder) throws Exception {
    git(folder, "init", "-q", "-b", "main");
    write(folder, "text.txt", "one\ntwo\nthree\n");
    write(folder, "crlf.txt", "one\r\ntwo\r\n");
    write(folder, "gone.txt", "gone\n");
    write(folder, "with space.txt", "space\n");
    write(folder, "grüße \"q\"\t.txt", "quoted\n");
    write(folder, "--- a", "-- dashes\n++ plus\n");
    write(folder, "noeol", "no newline");
    Files.write(folder.resolve("binary"), random(5_000));
    commit(folder);
    write(folder, "text.txt", "one\n2\nthree\nfour\n");
    write(folder, "crlf.txt", "one\r\n");
    Files.delete(folder.resolve("gone.txt"));
    write(folder, "with space.txt", "more\n");
    write(folder, "grüße \"q\"\t.txt", "changed\n");
    write(folder, "--- a", "-- other\n");
    write(folder, "noeol", "still none");
    Files.write(folder.resolve("binary"), random(5_001));
    write(folder, "new", "");
    Files.createSymbolicLink(folder.resolve("link"), Path.of("text.txt"));
    git(folder, "add", "-A");

    byte[] patch =
        git(folder, "diff", "--cached", "--binary", "--full-index", "--no-renames", "HEAD");

    assertThat(parse(new String(patch, StandardCharsets.ISO_8859_1)))
        .isEqualTo(new PatchSummary(10, 7, 8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../out",
        "/etc/passwd",
        "a/../../b",
        ".git/config",
        "a/.GIT/hooks/x",
        "a/.git./x",
        "GIT~1/config",
        "a//b",
        "./a",
        "a/."
      })
  void aPathThatLeavesTheTreeIsRefused(String path) {
    assertRefused("diff --git a/%1$s b/%1$s\nnew file mode 100644\n".formatted(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello\n",
        "diff --git a/x b/y\nnew file mode 100644\n",
        "diff --git \"a/x\" b/x\nnew file mode 100644\n",
        "diff --git a/x b/x\nnew file mode 104755\n",
        "diff --git a/x b/x\nold mode 100644\nnew mode 100755\ndiff --git a/x b/x\n",
        "diff --git a/x b/x\nrename from a\nrename to b\n",
        "diff --git a/x b/x\nBinary files a/x and b/x differ\n",
        "diff --git a/x b/x\n--- a/y\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-a\n+b\n",
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n+c\n",
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n",
        "diff --git a/x b/x\nGIT binary patch\nliteral 5\n\u0001\n\n",
        "diff --git \"a/\\8\" \"b/\\8\"\n"
      })
  void whatGitDoesNotMakeIsRefused(String patch) {
    assertRefused(patch);
  }

  @Test
  void theLineIsNamed() {
    String patch = "diff --git a/x b/x\n" + INDEX + "\n--- a/x\n+++ b/x\nnot a hunk\n";

    assertThatThrownBy(() -> parse(patch)).hasMessageContaining("line 5");
  }

  private static void assertRefused(String patch) {
    assertThatThrownBy(() -> parse(patch)).isInstanceOf(MalformedPatchException.class);
  }

  private static PatchSummary parse(String patch) throws IOException, MalformedPatchException {
    return new PatchParser(new BufferedReader(new StringReader(patch))).parse();
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    new Random(bytes).nextBytes(random);
    return random;
  }

  private static void write(Path folder, String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private static void commit(Path folder) throws Exception {
    git(folder, "add", "-A");
    git(folder, "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-q", "-m", "x");
  }

  private static byte[] git(Path folder, String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = "git";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    byte[] out = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    return out;
  }
}
