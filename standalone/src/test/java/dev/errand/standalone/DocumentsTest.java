package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What documents point to is there; what their commands do is for the system tests. */
class DocumentsTest {
  private static final int MAX_README_LINES = 200;
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)(#[^)]*)?\\)");
  private static final Pattern MAKE = Pattern.compile("(?:`|^)make ([a-z ]+)", Pattern.MULTILINE);
  private static final Pattern TARGET = Pattern.compile("^([a-z]+):.*## ", Pattern.MULTILINE);

  private final List<Path> documents = SourceTree.files(".md");

  @Test
  void theReadmeIsShort() {
    assertThat(SourceTree.read(Path.of("README.md")).lines().count())
        .isLessThanOrEqualTo(MAX_README_LINES);
  }

  @Test
  void everyLinkLeadsSomewhere() {
    List<String> dead =
        documents.stream()
            .flatMap(
                document ->
                    found(LINK, document)
                        .filter(link -> !Files.exists(place(document).resolve(link)))
                        .map(link -> document + ": " + link))
            .toList();
    assertThat(documents).isNotEmpty();
    assertThat(dead).isEmpty();
  }

  @Test
  void everyMakeTargetThatIsNamedExists() {
    List<String> targets = found(TARGET, Path.of("Makefile")).toList();
    List<String> named =
        documents.stream()
            .flatMap(document -> found(MAKE, document))
            .flatMap(names -> Stream.of(names.strip().split(" ")))
            .distinct()
            .toList();
    assertThat(named).contains("demo", "test");
    assertThat(targets).containsAll(named);
  }

  private static Stream<String> found(Pattern pattern, Path document) {
    return pattern
        .matcher(SourceTree.read(document))
        .results()
        .map((MatchResult match) -> match.group(1));
  }

  private static Path place(Path document) {
    Path folder = document.getParent();
    return folder == null ? SourceTree.ROOT : SourceTree.ROOT.resolve(folder);
  }
}
