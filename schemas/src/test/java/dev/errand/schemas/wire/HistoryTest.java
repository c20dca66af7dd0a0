package dev.errand.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event;
import dev.errand.schemas.Event.SchemaRegistered;
import dev.errand.schemas.Topic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaFormatter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What was once written stays readable: by its schema, by its id, and by its very bytes. */
class HistoryTest {
  private final Wire wire = Wire.shipped();

  @BeforeAll
  static void appendWhenAsked() throws IOException {
    NextVersion.appendWhenAsked();
  }

  static Stream<SchemaRegistered> history() {
    return History.read().stream();
  }

  @ParameterizedTest
  @EnumSource(Topic.class)
  void theNewestVersionIsWhatTheSourcesSay(Topic topic) {
    Schema newest = parse(versions(topic).getLast());

    // with documentation and defaults, which equality of schemas leaves out
    assertThat(pretty(newest))
        .as(NextVersion.REMEDY)
        .isEqualTo(pretty(Sources.of(topic.event().getSimpleName())));
  }

  @Test
  void nothingInTheHistoryHasChanged() throws IOException {
    assertThat(NextVersion.lines())
        .as("the history is append-only: restore the file, then " + NextVersion.REMEDY)
        .containsExactlyElementsOf(history().map(NextVersion::line).toList());
  }

  @Test
  void idsAreUniqueAndWithoutGaps() {
    assertThat(history().map(SchemaRegistered::id))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, History.read().size()).boxed().toList());
  }

  @ParameterizedTest
  @EnumSource(Topic.class)
  void versionsOfASubjectCountFromOne(Topic topic) {
    List<SchemaRegistered> versions = versions(topic);

    assertThat(versions.stream().map(SchemaRegistered::version))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, versions.size()).boxed().toList());
  }

  @ParameterizedTest
  @EnumSource(Topic.class)
  void allVersionsOfASubjectReadEachOther(Topic topic) {
    List<Schema> versions = versions(topic).stream().map(HistoryTest::parse).toList();
    for (Schema reader : versions) {
      for (Schema writer : versions) {
        assertThat(readable(reader, writer)).as(NextVersion.REMEDY).isTrue();
      }
    }
  }

  /** A type that two subjects share is one type: a codec fills it for both. */
  @Test
  void aTypeIsTheSameWhereverItIsUsed() {
    Map<String, List<String>> shapes =
        Stream.of(Topic.values())
            .map(topic -> parse(versions(topic).getLast()))
            .flatMap(schema -> named(schema, new ArrayList<>()).stream())
            .collect(
                Collectors.groupingBy(
                    Schema::getFullName,
                    Collectors.mapping(Schema::toString, Collectors.toList())));

    assertThat(shapes.values())
        .allSatisfy(shape -> assertThat(shape.stream().distinct()).hasSize(1));
  }

  @ParameterizedTest
  @MethodSource("history")
  void framesOfEveryVersionAreStillRead(SchemaRegistered schema) throws Exception {
    Topic topic = topicOf(schema);
    List<Event> read = new ArrayList<>();
    assertThat(NextVersion.golden(schema)).as(NextVersion.REMEDY).exists();
    for (String line : Files.readAllLines(NextVersion.golden(schema))) {
      byte[] framed = Base64.getDecoder().decode(line);
      assertThat(ByteBuffer.wrap(framed).getInt(1)).isEqualTo(schema.id());
      read.add(wire.decode(topic, framed));
    }

    assertThat(read).isNotEmpty();
    if (versions(topic).getLast().equals(schema)) {
      assertThat(Facts.all()).containsAll(read);
      assertThat(read.stream().map(fact -> Base64.getEncoder().encodeToString(wire.encode(fact))))
          .as("today's bytes are those that were kept")
          .containsExactlyElementsOf(Files.readAllLines(NextVersion.golden(schema)));
    }
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

  private static String pretty(Schema schema) {
    return SchemaFormatter.format("json/pretty", schema);
  }

  private static List<SchemaRegistered> versions(Topic topic) {
    return history().filter(schema -> schema.subject().equals(topic.subject())).toList();
  }

  private static Topic topicOf(SchemaRegistered schema) {
    return Stream.of(Topic.values())
        .filter(topic -> topic.subject().equals(schema.subject()))
        .findFirst()
        .orElseThrow();
  }

  private static Schema parse(SchemaRegistered schema) {
    return new Schema.Parser().parse(schema.text());
  }

  private static List<Schema> named(Schema schema, List<Schema> found) {
    switch (schema.getType()) {
      case RECORD -> {
        if (!found.contains(schema)) {
          found.add(schema);
          schema.getFields().forEach(field -> named(field.schema(), found));
        }
      }
      case ENUM -> found.add(schema);
      case UNION -> schema.getTypes().forEach(type -> named(type, found));
      case ARRAY -> named(schema.getElementType(), found);
      case MAP -> named(schema.getValueType(), found);
      case FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
    }
    return found;
  }

  private static boolean readable(Schema reader, Schema writer) {
    return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType()
        == SchemaCompatibilityType.COMPATIBLE;
  }
}
