package dev.errand.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event.SchemaRegistered;
import dev.errand.schemas.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaFormatter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What was once written stays readable. To change a schema: edit its source, then run this test
 * with {@code -Derrand.history.append=true}, which appends the new version, and commit both.
 */
class HistoryTest {
  private static final Path HISTORY = Path.of("src/main/resources/dev/errand/schemas/wire/history");

  /** Appends what the sources say and the history does not, when asked to. */
  @BeforeAll
  static void appendWhenAsked() throws IOException {
    if (!Boolean.getBoolean("errand.history.append")) {
      return;
    }
    Path ids = HISTORY.resolve("ids.txt");
    List<String> lines = Files.readAllLines(ids);
    int id = (int) lines.stream().filter(line -> !line.startsWith("#")).count();
    for (Topic topic : Topic.values()) {
      String subject = topic.subject();
      int version = (int) lines.stream().filter(line -> line.contains(" " + subject + " ")).count();
      String text = SchemaFormatter.format("json/pretty", source(topic)) + "\n";
      Path newest = HISTORY.resolve(History.file(subject, version));
      if (version == 0 || !Files.readString(newest).equals(text)) {
        id++;
        Files.writeString(HISTORY.resolve(History.file(subject, version + 1)), text);
        Files.writeString(
            ids, "%d %s %d%n".formatted(id, subject, version + 1), StandardOpenOption.APPEND);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Topic.class)
  void theNewestVersionIsWhatTheSourcesSay(Topic topic) throws IOException {
    List<String> versions =
        Files.readAllLines(HISTORY.resolve("ids.txt")).stream()
            .filter(line -> line.contains(" " + topic.subject() + " "))
            .toList();
    Path newest = HISTORY.resolve(History.file(topic.subject(), versions.size()));

    assertThat(new Schema.Parser().parse(Files.readString(newest)))
        .as("append a version: see this class's comment")
        .isEqualTo(source(topic));
  }

  @Test
  void idsAreUniqueAndWithoutGaps() {
    List<SchemaRegistered> history = History.read();

    assertThat(history.stream().map(SchemaRegistered::id))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, history.size()).boxed().toList());
  }

  @Test
  void allVersionsOfASubjectReadEachOther() {
    Map<String, List<Schema>> subjects =
        History.read().stream()
            .collect(
                Collectors.groupingBy(
                    SchemaRegistered::subject,
                    Collectors.mapping(
                        schema -> new Schema.Parser().parse(schema.text()), Collectors.toList())));

    assertThat(subjects).hasSize(Topic.values().length);
    assertThat(subjects.values()).allSatisfy(HistoryTest::assertMutuallyReadable);
  }

  /** The rule itself: a field without a default would make old records unreadable. */
  @Test
  void aFieldWithoutADefaultIsSeenAsABreak() {
    Schema old = new Schema.Parser().parse("{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}");
    Schema broken =
        new Schema.Parser()
            .parse(
                "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\",\"type\":\"int\"}]}");

    assertThat(readable(broken, old)).isFalse();
    assertThat(readable(old, broken)).isTrue();
  }

  private static Schema source(Topic topic) {
    return Sources.of(topic.event().getSimpleName());
  }

  private static void assertMutuallyReadable(List<Schema> versions) {
    for (Schema reader : versions) {
      for (Schema writer : versions) {
        assertThat(readable(reader, writer))
            .as("%s reads every version of itself", reader.getName())
            .isTrue();
      }
    }
  }

  private static boolean readable(Schema reader, Schema writer) {
    return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType()
        == SchemaCompatibilityType.COMPATIBLE;
  }
}
