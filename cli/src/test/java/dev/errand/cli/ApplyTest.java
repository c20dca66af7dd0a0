package dev.errand.cli;

import static dev.errand.cli.FakeServer.TASK;
import static dev.errand.cli.ServedClone.LINES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class ApplyTest {
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
  void appliesEverythingSaysSoAndLeavesABackup() {
    repository.write("a.txt", LINES.replace("two", "zwei")).write("new file.txt", "n\n");
    repository.git("rm", "-q", "sub/b.txt");
    clone.serveChanges();

    Errand.Outcome outcome = clone.apply();

    assertThat(outcome.err())
        .isEqualTo(
            "before: refs/errand/backup/%s-1\nundo:   errand cloud diff %s-1 | git apply -R\n"
                .formatted(TASK, TASK));
    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out()).isEqualTo("M a.txt\nA new file.txt\nD sub/b.txt\n");
    assertThat(clone.status()).isEqualTo(" M a.txt\n D sub/b.txt\n?? \"new file.txt\"\n");
    assertThat(repository.git("rev-parse", "refs/errand/backup/" + TASK + "-1").strip())
        .isEqualTo(clone.base());
  }

  @Test
  void keepsLocalChangesElsewhereAndBacksThemUp() {
    repository.write("a.txt", LINES.replace("two", "zwei"));
    clone.serveChanges();
    repository.write("sub/b.txt", "mine\n").write("mine.txt", "untracked\n");

    Errand.Outcome outcome = clone.apply();

    assertThat(outcome.exit()).isZero();
    assertThat(repository.read("sub/b.txt")).isEqualTo("mine\n");
    assertThat(repository.read("mine.txt")).isEqualTo("untracked\n");
    assertThat(repository.git("show", "refs/errand/backup/" + TASK + "-1:sub/b.txt"))
        .isEqualTo("mine\n");
  }

  @Test
  void refusesOverLocalChangesToTheSameFilesAndNamesThem() {
    repository.write("a.txt", LINES.replace("two", "zwei")).write("c.txt", "theirs\n");
    clone.serveChanges();
    repository.write("a.txt", LINES.replace("seven", "mine")).write("c.txt", "mine\n");

    Errand.Outcome outcome = clone.apply();

    assertThat(outcome.exit()).isEqualTo(5);
    assertThat(outcome.err()).contains(" M a.txt").contains("?? c.txt").contains("git stash");
    assertThat(repository.read("a.txt")).isEqualTo(LINES.replace("seven", "mine"));
    assertThat(repository.git("for-each-ref", "refs/errand")).isEmpty();
  }

  @Test
  void aConflictChangesNothingAndSaysWhatWouldFit() {
    repository.write("a.txt", LINES.replace("two", "zwei"));
    repository.write("sub/b.txt", LINES.replace("two", "zwei"));
    clone.serveChanges();
    repository.write("a.txt", LINES.replace("two", "deux")).commit();

    Errand.Outcome outcome = clone.apply();

    assertThat(outcome.exit()).isEqualTo(5);
    assertThat(outcome.err())
        .startsWith(
            """
            conflict: M a.txt (differs at line 1)
            skipped: M sub/b.txt
            nothing was changed
            """)
        .contains("hint: the task started from " + clone.base().substring(0, 10))
        .contains("--3way");
    assertThat(clone.status()).isEmpty();
  }

  @Test
  void whatAFileHoldsIsNotTakenForWhatGitSays() {
    String words = "error: sub/b.txt: patch does not apply\n";
    repository.write("a.txt", words + LINES).commit();
    repository.write("a.txt", words + LINES.replace("two", "zwei"));
    repository.write("sub/b.txt", LINES.replace("two", "zwei"));
    clone.serveChanges();
    repository.write("a.txt", words + LINES.replace("two", "deux")).commit();

    Errand.Outcome outcome = clone.apply();

    assertThat(outcome.err())
        .startsWith(
            """
            conflict: M a.txt (differs at line 1)
            skipped: M sub/b.txt
            nothing was changed
            """);
  }

  @Test
  void threeWayLeavesConflictMarkersOnlyWhereNeeded() {
    repository.write("a.txt", LINES.replace("two", "zwei"));
    repository.write("sub/b.txt", LINES.replace("two", "zwei"));
    clone.serveChanges();
    repository.write("a.txt", LINES.replace("two", "deux")).commit();

    Errand.Outcome checked = clone.apply("--3way", "--check");
    assertThat(checked.exit()).isEqualTo(5);
    assertThat(clone.status()).isEmpty();

    Errand.Outcome outcome = clone.apply("--3way");

    assertThat(outcome.exit()).isEqualTo(5);
    assertThat(outcome.out()).isEqualTo("M sub/b.txt\n");
    assertThat(outcome.err()).contains("conflict: M a.txt (needs a merge by hand)");
    assertThat(repository.read("a.txt")).contains("<<<<<<< ").contains("zwei").contains("deux");
    assertThat(repository.read("sub/b.txt")).contains("zwei");
    assertThat(outcome.err()).contains("undo:   git restore --source=refs/errand/backup/");
  }

  @Test
  void threeWayMergesWhatOnlyMoved() {
    repository.write("a.txt", LINES.replace("eight", "acht"));
    clone.serveChanges();
    repository.write("a.txt", "zero\n" + LINES.replace("four", "4")).commit();

    Errand.Outcome outcome = clone.apply("--3way");

    assertThat(outcome.exit()).isZero();
    assertThat(repository.read("a.txt"))
        .isEqualTo("zero\n" + LINES.replace("four", "4").replace("eight", "acht"));
  }

  @Test
  void checkChangesNothing() {
    repository.write("a.txt", LINES.replace("two", "zwei"));
    clone.serveChanges();

    Errand.Outcome outcome = clone.apply("--check");

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.err()).contains("it fits; nothing was changed");
    assertThat(clone.status()).isEmpty();
    assertThat(repository.git("for-each-ref", "refs/errand")).isEmpty();
  }

  @Test
  void theUndoThatItNamesWorks() throws IOException {
    repository.write("a.txt", LINES.replace("two", "zwei")).write("n.txt", "n\n");
    byte[] patch = repository.takeDiff();
    clone.serve(patch);
    Files.write(folder.resolve("patch"), patch);
    clone.apply();

    repository.git("apply", "-R", folder.resolve("patch").toString());

    assertThat(clone.status()).isEmpty();
  }

  @Test
  void appliesTheWholeDiffFromASubdirectory() {
    repository.write("a.txt", LINES.replace("two", "zwei")).write("sub/n.txt", "n\n");
    clone.serveChanges();

    Errand.Outcome outcome = clone.applyIn(repository.folder().resolve("sub"));
    Errand.Outcome again = clone.applyIn(folder, "--dir", "clone/sub", "--check");

    assertThat(outcome.exit()).isZero();
    assertThat(repository.read("a.txt")).contains("zwei");
    assertThat(outcome.err()).contains("| git -C ../ apply -R");
    assertThat(again.exit()).isEqualTo(5);
  }

  @Test
  void binariesRenamesModesCrlfAndUnusualNamesSurvive() {
    byte[] binary = new byte[3000];
    for (int i = 0; i < binary.length; i++) {
      binary[i] = (byte) (i * 31);
    }
    repository.write("crlf.txt", "a\r\nb\r\n").write("old name.txt", LINES).write("run.sh", "x\n");
    repository.write("picture.bin", binary.clone()).commit();
    binary[1500] = 1;
    repository.write("picture.bin", binary).write("crlf.txt", "a\r\nB\r\n");
    repository.write("grün/ü \"q\"\tx.txt", "u\n").write("leer", "");
    repository.git("mv", "old name.txt", "neuer näme.txt");
    repository.git("update-index", "--chmod=+x", "run.sh");
    assertThat(repository.folder().resolve("run.sh").toFile().setExecutable(true)).isTrue();
    clone.serveChanges();

    Errand.Outcome outcome = clone.apply();

    assertThat(outcome.err()).contains("note: run.sh: becomes executable");
    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out()).contains("R old name.txt -> neuer näme.txt").contains("A leer");
    assertThat(repository.read("crlf.txt")).isEqualTo("a\r\nB\r\n");
    assertThat(repository.read("picture.bin").charAt(1500)).isEqualTo('\u0001');
    assertThat(repository.read("grün/ü \"q\"\tx.txt")).isEqualTo("u\n");
    assertThat(repository.folder().resolve("run.sh").toFile().canExecute()).isTrue();
    assertThat(repository.has("old name.txt")).isFalse();
  }

  @Test
  void aCloneWithoutTheCommitThatTheTaskStartedFromIsRefused() {
    repository.write("new.txt", "n\n");
    clone.serveChanges();
    clone.startFrom("0123456789abcdef0123456789abcdef01234567");

    for (String option : new String[] {"--json", "--check", "--3way"}) {
      Errand.Outcome outcome = clone.apply(option);

      assertThat(outcome.exit()).isEqualTo(5);
      assertThat(outcome.err())
          .contains("the task started from 0123456789, which this clone does not have")
          .contains("git fetch origin 0123456789abcdef0123456789abcdef01234567")
          .contains("--dir")
          .contains("errand cloud diff " + TASK + "-1 | git apply")
          .doesNotContain("--3way");
      assertThat(clone.status()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--json", "--check", "--3way"})
  void whatIsAppliedAlreadyIsSaidToBe(String option) {
    repository.write("a.txt", LINES.replace("two", "zwei")).write("new.txt", "n\n");
    clone.serveChanges();
    clone.apply();

    Errand.Outcome again = clone.apply(option);
    repository.commit();
    Errand.Outcome committed = clone.apply(option);

    assertThat(again.exit()).isEqualTo(5);
    assertThat(again.err()).contains("the diff is applied already; nothing was changed");
    assertThat(committed.exit()).isEqualTo(5);
    assertThat(committed.err()).contains("the diff is applied already; nothing was changed");
    assertThat(clone.status()).isEmpty();
  }

  @Test
  void aMergeInProgressIsToBeFinishedFirst() {
    repository.write("new.txt", "n\n");
    clone.serveChanges();
    repository.git("switch", "-q", "-c", "side");
    repository.write("a.txt", "theirs\n").commit();
    repository.git("switch", "-q", "main");
    repository.write("a.txt", "ours\n").commit();
    assertThatThrownBy(() -> repository.git("merge", "side")).hasMessageContaining("CONFLICT");

    Errand.Outcome outcome = clone.apply();

    assertThat(outcome.exit()).isEqualTo(5);
    assertThat(outcome.err())
        .contains("a merge, rebase or the like is in progress here:\n  UU a.txt\n")
        .contains("finish it first");
    assertThat(repository.has("new.txt")).isFalse();
  }

  @Test
  void nothingToApplyIsNoFailure() {
    clone.serve(new byte[0]);

    Errand.Outcome outcome = clone.apply();

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.err()).contains("the agent changed nothing");
  }

  @Test
  void jsonSaysTheSame() {
    repository.write("a.txt", LINES.replace("two", "zwei"));
    clone.serveChanges();

    Errand.Outcome outcome = clone.apply("--json");

    assertThat(outcome.out())
        .startsWith("{\"task\":\"" + TASK + "\",\"attempt\":1,\"baseCommit\":\"" + clone.base())
        .contains("\"applied\":[\"M a.txt\"],\"conflicts\":[]")
        .contains("\"backup\":\"refs/errand/backup/" + TASK + "-1\"");
    assertThat(outcome.err()).isEmpty();
  }
}
