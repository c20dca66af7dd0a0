package dev.errand.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.errand.schemas.Event;
import dev.errand.schemas.Event.Outcome;
import dev.errand.schemas.Event.Progress;
import dev.errand.schemas.Event.SchemaRegistered;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.SnapshotChange;
import dev.errand.schemas.Topic;
import dev.errand.schemas.wire.UnreadableFactException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** In the middle of an upgrade, this build reads what the next one writes. */
class NewerWriterTest {
  private static final int NEWER = 9_001;

  private final Wire wire = Wire.shipped();

  @Test
  void anUnknownOutcomeIsReadAsUnknown() throws Exception {
    byte[] framed =
        written(
            Topic.ATTEMPTS_ENDED,
            text -> text.replace("\"CANCELLED\"", "\"CANCELLED\", \"SUPERSEDED\""),
            fields -> setKind((GenericRecord) fields.get("outcome"), "SUPERSEDED"));

    Event.AttemptEnded fact = (Event.AttemptEnded) wire.decode(Topic.ATTEMPTS_ENDED, framed);

    assertThat(fact.outcome()).isEqualTo(new Outcome.Unknown());
  }

  @Test
  void unknownProgressIsReadAsUnknown() throws Exception {
    byte[] framed =
        written(
            Topic.ATTEMPTS_PROGRESSED,
            text -> text.replace("\"DENIED\"", "\"DENIED\", \"THOUGHT\""),
            fields -> setKind((GenericRecord) fields.get("progress"), "THOUGHT"));

    Event.AttemptProgressed fact =
        (Event.AttemptProgressed) wire.decode(Topic.ATTEMPTS_PROGRESSED, framed);

    assertThat(fact.progress()).isEqualTo(new Progress.Unknown());
  }

  @Test
  void anUnknownChangeOfASnapshotIsReadAsUnknown() throws Exception {
    byte[] framed =
        written(
            Topic.SNAPSHOTS,
            text -> text.replace("\"EXPIRED\"", "\"EXPIRED\", \"MOVED\""),
            fields -> setKind((GenericRecord) fields.get("change"), "MOVED"));

    Event.SnapshotChanged fact = (Event.SnapshotChanged) wire.decode(Topic.SNAPSHOTS, framed);

    assertThat(fact.change()).isEqualTo(new SnapshotChange.Unknown());
  }

  @Test
  void aNewFieldIsLeftOut() throws Exception {
    String added = "{\"name\":\"why\",\"type\":[\"null\",\"string\"],\"default\":null},";
    byte[] framed =
        written(
            Topic.TASKS_COMPLETED,
            text -> text.replaceFirst("\"fields\" : \\[", "\"fields\" : [" + added),
            fields -> fields.put("why", "because"));

    assertThat(wire.decode(Topic.TASKS_COMPLETED, framed)).isEqualTo(fact(Topic.TASKS_COMPLETED));
  }

  /** A failure stays a failure, whatever its code will be called. */
  @Test
  void anUnknownFailureCodeKeepsItsNameInTheMessage() throws Exception {
    byte[] framed =
        written(
            Topic.TASKS_REJECTED,
            text -> text,
            fields -> ((GenericRecord) fields.get("failure")).put("code", "MOON_IN_THE_WAY"));

    Event.TaskRejected fact = (Event.TaskRejected) wire.decode(Topic.TASKS_REJECTED, framed);

    assertThat(fact.failure().code()).isEqualTo(FailureCode.BUG);
    assertThat(fact.failure().message()).startsWith("MOON_IN_THE_WAY: ");
  }

  /** An agent that this build cannot run: not poison, and not to be guessed at either. */
  @Test
  void anUnknownAgentWaitsForTheUpgrade() throws Exception {
    byte[] framed =
        written(
            Topic.ENVIRONMENTS,
            text -> text,
            fields -> ((GenericRecord) fields.get("spec")).put("agent", "ORACLE"));

    assertUnknownSchema(Topic.ENVIRONMENTS, framed);
  }

  @Test
  void anUnknownIdIsReadableOnceItsSchemaIsLearned() throws Exception {
    Event fact = fact(Topic.TASKS_COMPLETED);
    byte[] framed = wire.encode(fact);
    ByteBuffer.wrap(framed).putInt(1, NEWER + 1);
    assertUnknownSchema(Topic.TASKS_COMPLETED, framed);

    wire.learn(registered(NEWER + 1, Topic.TASKS_COMPLETED, shipped(Topic.TASKS_COMPLETED)));

    assertThat(wire.decode(Topic.TASKS_COMPLETED, framed)).isEqualTo(fact);
  }

  @Test
  void aKnownIdIsNotLearnedAgain() throws Exception {
    Event fact = fact(Topic.TASKS_COMPLETED);
    byte[] framed = wire.encode(fact);
    int id = ByteBuffer.wrap(framed).getInt(1);

    wire.learn(registered(id, Topic.TASKS_COMPLETED, "\"string\""));

    assertThat(wire.decode(Topic.TASKS_COMPLETED, framed)).isEqualTo(fact);
  }

  @Test
  void whatIsNoSchemaIsNotLearned() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> wire.learn(registered(NEWER, Topic.TASKS_COMPLETED, "{no schema")))
        .withMessageContaining(Topic.TASKS_COMPLETED.subject());
  }

  private void assertUnknownSchema(Topic topic, byte[] framed) {
    assertThatExceptionOfType(UnreadableFactException.class)
        .isThrownBy(() -> wire.decode(topic, framed))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNKNOWN_SCHEMA));
  }

  /** A fact as the next release would write it, whose schema this one has learned. */
  private byte[] written(Topic topic, UnaryOperator<String> upgrade, Consumer<GenericRecord> change)
      throws IOException {
    String text = upgrade.apply(shipped(topic));
    Schema old = new Schema.Parser().parse(shipped(topic));
    Schema newer = new Schema.Parser().parse(text);
    wire.learn(registered(NEWER, topic, text));
    byte[] framed = wire.encode(fact(topic));
    GenericRecord fields =
        new GenericDatumReader<GenericRecord>(old, newer)
            .read(null, DecoderFactory.get().binaryDecoder(framed, 5, framed.length - 5, null));
    change.accept(fields);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(NEWER).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(newer).write(fields, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private static void setKind(GenericRecord sum, String kind) {
    Schema schema = sum.getSchema().getField("kind").schema();
    sum.put("kind", new GenericData.EnumSymbol(schema, kind));
  }

  private static Event fact(Topic topic) {
    return Facts.all().filter(topic.event()::isInstance).findFirst().orElseThrow();
  }

  private String shipped(Topic topic) {
    return wire.schemas().stream()
        .filter(schema -> schema.subject().equals(topic.subject()))
        .reduce((first, second) -> second)
        .orElseThrow()
        .text();
  }

  private static SchemaRegistered registered(int id, Topic topic, String text) {
    return new SchemaRegistered(id, topic.subject(), 2, text);
  }
}
