package dev.errand.diffcollector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.diffcollector.PatchSummary.ChangedFile;
import dev.errand.diffcollector.PatchSummary.Kind;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Takes what git writes, and nothing else. */
class PatchParserTest {
  private static final String INDEX =
      "index 0000000000000000000000000000000000000000"
          + "..1111111111111111111111111111111111111111 100644";
  private static final String X = "diff --git a/x b/x\n" + INDEX + "\n";
  private static final String X_TEXT = X + "--- a/x\n+++ b/x\n";

  @Test
  void anEmptyPatchChangesNothing() throws IOException, MalformedPatchException {
    assertThat(parse("").files()).isEmpty();
  }

  @Test
  void countsLinesAndKnowsTheirContentFromHeaders() throws IOException, MalformedPatchException {
    PatchSummary summary =
        parse(
            X_TEXT
                + "@@ -1,3 +1,3 @@ void f() {\n-- a/y\n+++ b/y\n \n-diff --git a/q b/q\n+z\r\n"
                + "\\ No newline at end of file\n@@ -9 +9,0 @@\n-gone\n");

    assertThat(summary.linesAdded()).isEqualTo(2);
    assertThat(summary.linesRemoved()).isEqualTo(3);
    assertThat(summary.files()).containsExactly(new ChangedFile(path("x"), path("x"), Kind.FILE));
  }

  @Test
  void readsRenamesModesLinksAndRemovals() throws IOException, MalformedPatchException {
    PatchSummary summary =
        parse(
            """
            diff --git a/old name b/new name
            similarity index 100%
            rename from old name
            rename to new name
            diff --git a/run b/run
            old mode 100644
            new mode 100755
            diff --git a/gone b/gone
            deleted file mode 100644
            index 0000000000000000000000000000000000000000..1111111111111111111111111111111111111111
            diff --git a/link b/link
            new file mode 120000
            index 0000000000000000000000000000000000000000..1111111111111111111111111111111111111111
            --- /dev/null
            +++ b/link
            @@ -0,0 +1 @@
            +target
            \\ No newline at end of file
            """);

    assertThat(summary.files())
        .containsExactly(
            new ChangedFile(path("old name"), path("new name"), Kind.FILE),
            new ChangedFile(path("run"), path("run"), Kind.EXECUTABLE),
            new ChangedFile(path("gone"), null, Kind.FILE),
            new ChangedFile(null, path("link"), Kind.SYMLINK));
  }

  @Test
  void readsQuotedNames() throws IOException, MalformedPatchException {
    String name = "/\\303\\274\\n\\\"q\\\\\\t";
    PatchSummary summary =
        parse("diff --git \"a%1$s\" \"b%1$s\"\nnew file mode 100644\n".formatted(name));

    assertThat(summary.files().getFirst()).extracting("after").hasToString("ü\n\"q\\\t");
  }

  @Test
  void readsBinaryData() throws IOException, MalformedPatchException {
    String block = "literal 5\nMcmZQzU|?i`U?w2V00jU50RR91\n\n";

    assertThat(parse(X + "GIT binary patch\n" + block + block).files()).hasSize(1);
  }

  @Test
  void readsLinesOfAnyLengthInLittleMemory() throws IOException, MalformedPatchException {
    String line = "y".repeat(3_000_000);

    PatchSummary summary = parse(X_TEXT + "@@ -0,0 +1 @@\n+" + line + "\n");

    assertThat(summary.linesAdded()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../out",
        "/etc/passwd",
        "a/../../b",
        ".git/config",
        ".git",
        "a/.GIT/hooks/x",
        "a/.git./x",
        "a/.git /x",
        ".git::$INDEX_ALLOCATION/x",
        "GIT~1/config",
        "a/.g\u00e2\u0080\u008cit/x", // .g<zero-width non-joiner>it, as Latin 1
        "a//b",
        "./a",
        "a/.",
        "a/"
      })
  void refusesPathsThatLeaveTheTree(String path) {
    assertRefused("diff --git a/%1$s b/%1$s\nnew file mode 100644\n".formatted(path));
    assertRefused(
        "diff --git a/x b/y\nsimilarity index 90%%\nrename from x\nrename to %s\n".formatted(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {".gitignore", ".github/x", "a/.gitmodules", "git", "a b/c", "..a/b..", ".git-x"})
  void takesPathsThatOnlyLookLikeIt(String path) throws IOException, MalformedPatchException {
    assertThat(parse("diff --git a/%1$s b/%1$s\nnew file mode 100644\n".formatted(path)).paths())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello\n",
        "\n",
        "diff --git a/x b/x\n",
        "diff --git a/x b/y\nnew file mode 100644\n",
        "diff --git \"a/x\" b/y\nnew file mode 100644\n",
        "diff --git x x\nnew file mode 100644\n",
        "diff --git a/x b/x\nnew file mode 104755\n",
        "diff --git a/x b/x\nrename from a\n",
        "diff --git a/x b/x\nBinary files a/x and b/x differ\n",
        X + "--- a/y\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
        X + "--- /dev/null\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
        X + "--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b\n",
        X_TEXT + "@@ -1,2 +1 @@\n-a\n+b\n",
        X_TEXT + "@@ -1 +1 @@\n-a\n+b\n+c\n",
        X_TEXT + "@@ -1 +1 @@\n-a\n b\n",
        X_TEXT + "@@ -1 +1 @@\n\u001b[31m-a\n+b\n",
        X_TEXT + "@@ -99999999999 +1 @@\n",
        X_TEXT,
        X_TEXT + "not a hunk\n",
        X + "GIT binary patch\nliteral 5\n\u0001\n\n",
        X + "GIT binary patch\nliteral 5\nMcmZQz\n",
        X + "GIT binary patch\nliteral 5\nMcmZQz\n\n",
        "diff --git \"a/\\8\" \"b/\\8\"\nnew file mode 100644\n",
        "diff --git \"a/x b/x\nnew file mode 100644\n",
        "diff --git \"a/x\\\nnew file mode 100644\n",
        "diff --git \"a/x\\000\" \"b/x\\000\"\nnew file mode 100644\n",
        "diff --git \"a/\\056git/x\" \"b/\\056git/x\"\nnew file mode 100644\n",
        "\u001b]0;title\u0007diff --git a/x b/x\nnew file mode 100644\n",
        "From: me\nSubject: x\n\ndiff --git a/x b/x\nnew file mode 100644\n",
        X_TEXT + "@@ -1 +1 @@\n-a\n+b\nrename to ../y\n",
        X_TEXT + "@@ -0,0 +2147483648 @@\n",
        "diff --git a/x b/x\nnew file mode 100644\ndiff --git a/x b/x\nnew file mode 100644\n",
        "diff --git a/x b/x\nnew file mode 120000\ndiff --git a/x/y b/x/y\nnew file mode 100644\n",
        "diff --git a/x/y b/x/y\nnew file mode 100644\ndiff --git a/x b/x\nnew file mode 120000\n"
      })
  void refusesWhatGitDoesNotWrite(String patch) {
    assertRefused(patch);
  }

  @Test
  void namesTheLine() {
    assertThatThrownBy(() -> parse(X_TEXT + "not a hunk\n")).hasMessageContaining("line 5");
  }

  @Test
  void refusesTooManyFiles() {
    String file = "diff --git a/%1$d b/%1$d\nnew file mode 100644\n";

    assertThatThrownBy(() -> parse(file.formatted(1) + file.formatted(2) + file.formatted(3), 2))
        .isInstanceOfSatisfying(
            ErrandException.class, e -> assertThat(e.code()).isEqualTo(FailureCode.DIFF_TOO_LARGE))
        .hasMessageContaining("more than 2 files");
  }

  private static void assertRefused(String patch) {
    assertThatThrownBy(() -> parse(patch)).isInstanceOf(MalformedPatchException.class);
  }

  private static PatchPath path(String path) {
    return new PatchPath(path);
  }

  private static PatchSummary parse(String patch) throws IOException, MalformedPatchException {
    return parse(patch, 100);
  }

  private static PatchSummary parse(String patch, int maxFiles)
      throws IOException, MalformedPatchException {
    byte[] bytes = patch.getBytes(StandardCharsets.ISO_8859_1);
    return PatchParser.parse(new ByteArrayInputStream(bytes), maxFiles);
  }
}
