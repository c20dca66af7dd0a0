package dev.errand.schemas.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdDelegatingSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.util.StdConverter;
import dev.errand.schemas.Data;
import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;

/** Stand-in until the Avro codecs land: the same framing around JSON. */
public final class Wire {
  private final ObjectMapper json = new ObjectMapper();

  private Wire() {
    SimpleModule module = new SimpleModule();
    module.addSerializer(Instant.class, ToStringSerializer.instance);
    module.addSerializer(Duration.class, ToStringSerializer.instance);
    module.addSerializer(
        Data.class,
        new StdDelegatingSerializer(
            Data.class,
            new StdConverter<Data, String>() {
              @Override
              public String convert(Data data) {
                return Base64.getEncoder().encodeToString(data.toBytes());
              }
            }));
    module.addDeserializer(Instant.class, new Text<>(Instant.class, Instant::parse));
    module.addDeserializer(Duration.class, new Text<>(Duration.class, Duration::parse));
    module.addDeserializer(
        Data.class, new Text<>(Data.class, text -> Data.of(Base64.getDecoder().decode(text))));
    json.registerModule(module);
    json.addMixIn(Event.Outcome.class, OutcomeKinds.class);
    json.addMixIn(Event.Progress.class, ProgressKinds.class);
  }

  public static Wire shipped() {
    return new Wire();
  }

  /**
   * @throws IllegalArgumentException when the fact is larger than any topic takes
   */
  public byte[] encode(Event fact) {
    try {
      byte[] value = json.writeValueAsBytes(fact);
      if (value.length > Topic.MAX_EVENT_BYTES) {
        throw new IllegalArgumentException("a fact of " + value.length + " bytes");
      }
      return ByteBuffer.allocate(5 + value.length).put((byte) 0).putInt(1).put(value).array();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @throws UnreadableFactException when the value is not a fact of this topic
   */
  public Event decode(Topic topic, byte[] framed) throws UnreadableFactException {
    if (framed.length < 5 || framed[0] != 0) {
      throw new UnreadableFactException(
          UnreadableFactException.Reason.MALFORMED, "not a framed fact");
    }
    try {
      return json.readValue(framed, 5, framed.length - 5, topic.event());
    } catch (IOException e) {
      throw new UnreadableFactException(
          UnreadableFactException.Reason.MALFORMED, "not a fact of " + topic.pattern(), e);
    }
  }

  public void learn(Event.SchemaRegistered schema) {}

  public List<Event.SchemaRegistered> schemas() {
    return List.of();
  }

  private static final class Text<T> extends StdDeserializer<T> {
    private static final long serialVersionUID = 1;
    private final transient Function<String, T> parse;

    Text(Class<T> type, Function<String, T> parse) {
      super(type);
      this.parse = parse;
    }

    @Override
    public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      return parse.apply(parser.getText());
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(Event.Outcome.Presented.class),
    @JsonSubTypes.Type(Event.Outcome.Failed.class),
    @JsonSubTypes.Type(Event.Outcome.Cancelled.class),
    @JsonSubTypes.Type(Event.Outcome.Unknown.class)
  })
  private interface OutcomeKinds {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(Event.Progress.Started.class),
    @JsonSubTypes.Type(Event.Progress.Noticed.class),
    @JsonSubTypes.Type(Event.Progress.Said.class),
    @JsonSubTypes.Type(Event.Progress.Commanded.class),
    @JsonSubTypes.Type(Event.Progress.Denied.class),
    @JsonSubTypes.Type(Event.Progress.Unknown.class)
  })
  private interface ProgressKinds {}
}
