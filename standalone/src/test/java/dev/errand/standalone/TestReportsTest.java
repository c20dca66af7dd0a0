package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two modes that have not run the same tests are told apart. */
class TestReportsTest {
  private static final String FIRST = "<testcase classname='A' name='first'/>";
  private static final String SECOND = "<testcase classname='A' name='second'/>";
  private static final String SKIPPED =
      "<testcase classname='A' name='second'><skipped message='not now'/></testcase>";

  @TempDir Path folder;
  private Path one = Path.of("");
  private Path other = Path.of("");

  @BeforeEach
  void folders() throws IOException {
    one = Files.createDirectory(folder.resolve("one"));
    other = Files.createDirectory(folder.resolve("other"));
  }

  private static void report(Path folder, String name, String... cases) throws IOException {
    Files.writeString(
        folder.resolve("TEST-" + name + ".xml"),
        "<testsuite>" + String.join("", cases) + "</testsuite>");
  }

  @Test
  void theSameTestsAreTheSameWhateverTheirFiles() throws IOException {
    report(one, "A", FIRST, SECOND);
    report(other, "A", SECOND);
    report(other, "B", FIRST);

    assertThat(TestReports.compare(one, other)).isEmpty();
  }

  @Test
  void aTestThatOneModeLacksIsNamed() throws IOException {
    report(one, "A", FIRST, SECOND);
    report(other, "A", FIRST);

    assertThat(TestReports.compare(one, other)).containsExactly("A#second is not in " + other);
    assertThat(TestReports.compare(other, one)).containsExactly("A#second is not in " + other);
  }

  @Test
  void aTestThatBothSkipHasNotRun() throws IOException {
    report(one, "A", FIRST, SKIPPED);
    report(other, "A", FIRST, SKIPPED);

    assertThat(TestReports.compare(one, other))
        .containsExactly("A#second was skipped in " + one, "A#second was skipped in " + other);
  }

  @Test
  void twoEmptyReportsAreNotTheSame() throws IOException {
    report(one, "A");

    assertThat(TestReports.compare(one, other)).hasSize(1);
  }
}
