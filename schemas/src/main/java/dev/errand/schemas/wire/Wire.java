package dev.errand.schemas.wire;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.wire.UnreadableFactException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Facts as bytes and back: a zero, the writer's schema id in 4 bytes, then Avro's binary encoding.
 * Every registry-aware client reads that. Thread-safe.
 *
 * <p>Source: Confluent's wire format; the Avro 1.12 specification.
 */
public final class Wire {
  private static final byte MAGIC = 0;
  private static final int HEADER_BYTES = 1 + Integer.BYTES;

  private static final Map<Class<? extends Event>, Topic> TOPICS =
      Arrays.stream(Topic.values()).collect(Collectors.toMap(Topic::event, topic -> topic));

  private final List<Event.SchemaRegistered> history;
  private final Schemas schemas;
  private final FactCodec codec;
  private final Map<Integer, Schema> writers = new ConcurrentHashMap<>();

  private Wire(List<Event.SchemaRegistered> history) {
    this.history = history;
    this.schemas = new Schemas(history);
    this.codec = new FactCodec(schemas);
    history.forEach(this::learn);
  }

  /** The schemas of this build. */
  public static Wire shipped() {
    return new Wire(History.read());
  }

  /**
   * The fact, framed.
   *
   * @throws IllegalArgumentException when it is larger than {@link Topic#MAX_EVENT_BYTES}
   */
  public byte[] encode(Event fact) {
    Row row = codec.write(fact);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Topic topic = TOPICS.get(fact.getClass());
    if (topic == null) {
      throw new IllegalArgumentException("no topic takes " + fact.getClass());
    }
    Schema schema = schemas.of(topic.subject());
    try {
      bytes.write(MAGIC);
      bytes.write(ByteBuffer.allocate(Integer.BYTES).putInt(schemas.id(topic.subject())).array());
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
      new GenericDatumWriter<GenericRecord>(schema).write(row.fields(), encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    if (bytes.size() > Topic.MAX_EVENT_BYTES) {
      throw new IllegalArgumentException(
          "a fact for %s has %d bytes; at most %d are taken"
              .formatted(topic.pattern(), bytes.size(), Topic.MAX_EVENT_BYTES));
    }
    return bytes.toByteArray();
  }

  /**
   * The fact in a record's value.
   *
   * @throws UnreadableFactException when it is poison, or from a newer writer whose schema has not
   *     been learned
   */
  public Event decode(Topic topic, byte[] framed) throws UnreadableFactException {
    if (framed.length < HEADER_BYTES || framed[0] != MAGIC) {
      throw malformed(topic, "it does not start with 0 and a schema's id", null);
    }
    if (framed.length > Topic.MAX_EVENT_BYTES) {
      throw malformed(topic, "it has " + framed.length + " bytes", null);
    }
    int id = ByteBuffer.wrap(framed, 1, Integer.BYTES).getInt();
    Schema writer = writers.get(id);
    if (writer == null) {
      throw new UnreadableFactException(
          Reason.UNKNOWN_SCHEMA, "%s: schema %d is not known here".formatted(topic.pattern(), id));
    }
    Schema reader = schemas.of(topic.subject());
    if (!writer.getFullName().equals(reader.getFullName())) {
      throw malformed(topic, "it holds a " + writer.getFullName(), null);
    }
    BinaryDecoder decoder =
        DecoderFactory.get()
            .binaryDecoder(framed, HEADER_BYTES, framed.length - HEADER_BYTES, null);
    try {
      GenericRecord fields =
          new GenericDatumReader<GenericRecord>(writer, reader).read(null, decoder);
      if (!decoder.isEnd()) {
        throw malformed(topic, "bytes follow the fact", null);
      }
      return codec.read(topic, Row.of(fields));
    } catch (NewerWriterException e) {
      throw new UnreadableFactException(
          Reason.UNKNOWN_SCHEMA, topic.pattern() + ": " + e.getMessage(), e);
    } catch (IOException
        | RuntimeException e) { // what Avro and our grammars throw at bytes that are no fact
      throw malformed(topic, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Takes a newer writer's schema, so that what it writes can be read. An id that is known already
   * keeps its meaning.
   *
   * @throws IllegalArgumentException when the text is no Avro schema
   */
  public void learn(Event.SchemaRegistered schema) {
    try {
      writers.computeIfAbsent(schema.id(), id -> new Schema.Parser().parse(schema.text()));
    } catch (AvroRuntimeException e) {
      throw new IllegalArgumentException(
          "schema %d of %s is not Avro's: %s"
              .formatted(schema.id(), schema.subject(), e.getMessage()),
          e);
    }
  }

  /** All versions of all subjects that this build knows, by id. */
  public List<Event.SchemaRegistered> schemas() {
    return history;
  }

  private static UnreadableFactException malformed(
      Topic topic, String why, @Nullable Throwable cause) {
    return new UnreadableFactException(
        Reason.MALFORMED, "no fact of %s: %s".formatted(topic.pattern(), why), cause);
  }
}
