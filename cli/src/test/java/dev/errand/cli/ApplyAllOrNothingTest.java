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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left when git fails in the middle, and what is never written at all. */
@Timeout(60)
final class ApplyAllOrNothingTest {
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

  @ParameterizedTest
  @ValueSource(strings = {"--json", "--3way"})
  void whatGitCouldNotFinishIsTakenBackWithItsNewFilesAndFolders(String option) {
    repository.write("a.txt", LINES.replace("two", "zwei")).write("new/deep/n.txt", "n\n");
    repository.git("mv", "sub/b.txt", "sub/c.txt");
    gitFailsAtTheLastFile();

    Errand.Outcome outcome = clone.apply(option);

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("which were taken back").contains("Directory not empty");
    assertThat(clone.status()).isEmpty();
    assertThat(repository.has("new")).isFalse();
    assertThat(repository.read("zz/mine")).isEqualTo("mine\n");
  }

  @Test
  void foldersThatWereThereStay() throws IOException {
    repository.write("new/deep/n.txt", "n\n");
    gitFailsAtTheLastFile();
    Files.createDirectories(repository.folder().resolve("new"));

    assertThat(clone.apply().exit()).isEqualTo(1);

    assertThat(repository.folder().resolve("new")).isEmptyDirectory();
  }

  @Test
  void whatCannotBeTakenBackIsNamed() {
    repository.write("a.txt", LINES.replace("two", "zwei")).write("new.txt", "n\n");
    clone.serveChanges();
    repository.write(".git/info/attributes", "a.txt filter=broken\n");
    repository.git("config", "filter.broken.clean", "cat");
    repository.git("config", "filter.broken.smudge", "false");
    repository.git("config", "filter.broken.required", "true");

    Errand.Outcome outcome = clone.apply();

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("smudge filter broken failed\nthese could not be taken back:\n  a.txt\n")
        .contains("git restore --source=refs/errand/backup/");
  }

  @Test
  void aMergeThatCouldNotBeWrittenIsTakenBackToo() {
    repository.write("a.txt", LINES.replace("two", "zwei"));
    gitFailsAtTheLastFile();
    repository.write("a.txt", LINES.replace("two", "deux")).commit();

    Errand.Outcome outcome = clone.apply("--3way");

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("which were taken back");
    assertThat(clone.status()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--3way", "--allow-links"})
  void nothingIsWrittenThroughALinkThatLiesHere(String option) throws IOException {
    repository.write("dd/f", "f\n");
    clone.serveChanges();
    Path outside = Files.createDirectories(folder.resolve("outside"));
    Files.createSymbolicLink(repository.folder().resolve("dd"), outside);
    repository.write(".git/info/exclude", "/dd\n");

    Errand.Outcome outcome = clone.apply(option);

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("dd/f' is beyond a symbolic link").contains("move the link");
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void aLinkThatTheDiffReplacesWithAFolderIsNotInTheWay() throws IOException {
    Files.createSymbolicLink(repository.folder().resolve("dd"), Path.of("sub"));
    repository.commit();
    repository.git("rm", "-q", "dd");
    repository.write("dd/f", "f\n");
    clone.serveChanges();

    assertThat(clone.apply("--3way").exit()).isZero();

    assertThat(repository.read("dd/f")).isEqualTo("f\n");
    assertThat(repository.has("sub/f")).isFalse();
  }

  /** The diff's last file, zz, is an ignored folder here, which git finds when it writes it. */
  private void gitFailsAtTheLastFile() {
    repository.write("zz", "z\n");
    clone.serveChanges();
    repository.write(".git/info/exclude", "/zz/\n").write("zz/mine", "mine\n");
  }
}
