package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.standalone.AuthorisationTable.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * docs/authorisation.md shows the table that the front door is asked about, and the table forgets
 * no operation. To bring the page up to date, run this test with {@code
 * -Derrand.authorisation.write=true}.
 */
class AuthorisationTest {
  private static final Path PAGE = Path.of("docs/authorisation.md");
  private static final String BEGIN = "<!-- operations -->\n";
  private static final String END = "<!-- end of operations -->\n";

  @Test
  void everyOperationOfTheApiHasARow() {
    Set<String> described = Contract.read().operations().keySet();
    Set<String> inTheTable =
        AuthorisationTable.rows().stream()
            .map(Row::operation)
            .filter(operation -> !operation.contains(" /q/") && !operation.contains("{anything}"))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(described).hasSizeGreaterThan(40);
    assertThat(inTheTable).containsExactlyInAnyOrderElementsOf(described);
  }

  @Test
  void noTwoRowsAreAboutTheSame() {
    assertThat(AuthorisationTable.rows().stream().map(Row::toString)).doesNotHaveDuplicates();
  }

  @Test
  void theDocumentHasTheTable() throws IOException {
    Path page = SourceTree.ROOT.resolve(PAGE);
    String table = AuthorisationTable.markdown();
    if (Boolean.getBoolean("errand.authorisation.write")) {
      String document = Files.readString(page);
      int begin = document.indexOf(BEGIN) + BEGIN.length();
      Files.writeString(
          page, document.substring(0, begin) + table + document.substring(document.indexOf(END)));
    }

    assertThat(Files.readString(page)).contains(BEGIN + table + END);
  }
}
