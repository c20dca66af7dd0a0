package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.FailureCode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/guarantees.md promises nothing without a test that exists, and forgets no promise. */
class GuaranteesTest {
  private static final Path PAGE = Path.of("docs/guarantees.md");

  /** What must be promised; a row may promise more. */
  private static final List<String> REQUIRED =
      List.of(
          "clone-https",
          "clone-ssh",
          "clone-file",
          "empty-repository",
          "missing-branch",
          "missing-tag",
          "missing-commit",
          "odd-files",
          "submodules",
          "large-history",
          "agent-changes-nothing",
          "agent-deletes",
          "agent-renames",
          "agent-creates-binary",
          "agent-commits",
          "agent-changes-branch",
          "agent-ignores-term",
          "agent-prints-invalid-utf8",
          "agent-writes-1-gb-of-log",
          "setup-exits-1",
          "setup-hangs",
          "setup-asks-on-stdin",
          "setup-leaves-a-daemon",
          "unknown-environment",
          "empty-prompt",
          "prompt-of-1-mb",
          "attempts-0-or-5",
          "malformed-yaml",
          "unknown-key",
          "invalid-id",
          "inbox-not-avro",
          "wrong-token",
          "full-disk",
          "full-disk-while-a-log-grows",
          "full-disk-to-the-last-byte",
          "full-disk-of-the-broker",
          "box-fills-its-disk",
          "box-fills-its-inodes",
          "box-disk-cannot-be-laid",
          "no-engine",
          "no-engine-at-the-start",
          "engine-goes-while-tasks-wait-and-work",
          "engine-of-another-time",
          "engine-without-limits",
          "engine-that-keeps-a-rule-not",
          "attempts-before-a-box-was-tried",
          "data-folder-without-room-at-once",
          "data-folder-of-120-bytes",
          "two-installations-on-one-engine",
          "copied-data-folder",
          "box-that-cannot-be-removed",
          "port-in-use",
          "killed-before-the-effect",
          "killed-after-the-effect",
          "killed-after-the-journal",
          "killed-after-the-append",
          "killed-before-the-accept",
          "killed-during-a-renewal",
          "killed-at-every-point-of-every-stage",
          "killed-service-while-the-agent-works",
          "killed-service-while-setup-works",
          "service-away-while-its-node-speaks",
          "held-by-nobody-and-queued-nowhere");

  private record Row(String item, String test, String code, String leaks) {}

  @Test
  void everyItemHasARow() {
    assertThat(rows().stream().map(Row::item).toList())
        .containsAll(REQUIRED)
        .doesNotHaveDuplicates();
  }

  @Test
  void everyRowsTestExists() {
    Map<String, String> sources = testSources();
    Set<String> missing = new TreeSet<>();
    for (Row row : rows()) {
      String[] parts = row.test().split("#");
      if (!sources.getOrDefault(parts[0], "").contains(" " + parts[1] + "(")) {
        missing.add(row.test());
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void leaksAreWhatTheFrameCounts() {
    Map<String, String> sources = testSources();
    assertThat(rows())
        .allSatisfy(
            row -> {
              String source = sources.getOrDefault(row.test().split("#")[0], "");
              String counted =
                  source.contains("Deployment.start(")
                      ? "all"
                      : source.contains("new Lab()") || source.contains("new BoxFixture()")
                          ? "box"
                          : "not counted";
              assertThat(row.leaks()).as(row.item()).isEqualTo(counted);
            });
  }

  private static Map<String, String> testSources() {
    return SourceTree.javaFiles().stream()
        .filter(path -> path.toString().contains("src/test/java"))
        .collect(
            Collectors.toMap(
                path -> path.getFileName().toString().replace(".java", ""),
                SourceTree::read,
                String::concat));
  }

  @Test
  void everyRowsCodeIsOnTheClosedList() {
    Map<String, FailureCode> codes =
        Arrays.stream(FailureCode.values())
            .collect(Collectors.toMap(FailureCode::name, Function.identity()));

    assertThat(rows())
        .allSatisfy(
            row -> assertThat(row.code().equals("-") || codes.containsKey(row.code())).isTrue());
  }

  private static List<Row> rows() {
    return SourceTree.read(PAGE)
        .lines()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| item"))
        .map(line -> line.split("\\|"))
        .map(
            cells ->
                new Row(
                    cells[1].strip().replace("`", ""),
                    cells[2].strip().replace("`", ""),
                    cells[3].strip().replace("`", ""),
                    cells[4].strip()))
        .toList();
  }
}
