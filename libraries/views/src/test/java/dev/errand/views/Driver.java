package dev.errand.views;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.wire.Headers;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import dev.errand.views.streams.StreamsApp;
import dev.errand.views.streams.StreamsSettings;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** Drives a topology with facts instead of bytes, one partition, no broker, a clock of its own. */
public final class Driver implements AutoCloseable {
  private final Path folder;
  private final Wire wire = Wire.shipped();
  private final TopologyTestDriver driver;
  private Instant now = Sample.NOW;

  public Driver(Topology topology) {
    try {
      folder = Files.createTempDirectory("errand-views-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    StreamsSettings settings =
        new StreamsSettings("nowhere:9092", Map.of(), "test", folder, (short) 1);
    driver =
        new TopologyTestDriver(topology, StreamsApp.properties("driven", settings), Sample.NOW);
  }

  public void pipe(Topic topic, Event... facts) {
    for (Event fact : facts) {
      pipe(topic, fact.key(), wire.encode(fact));
    }
  }

  public void pipe(Topic topic, String key, byte[] value) {
    input(topic).pipeInput(key.getBytes(StandardCharsets.UTF_8), value, now);
  }

  /** As appended by somebody whose clock is so much ahead. */
  public void pipeAhead(Duration wrong, Topic topic, Event fact) {
    byte[] key = fact.key().getBytes(StandardCharsets.UTF_8);
    input(topic).pipeInput(key, wire.encode(fact), now.plus(wrong));
  }

  /** As appended by somebody who was in a trace. */
  public void pipeTraced(Topic topic, Event fact, String traceParent) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(Headers.TRACE_PARENT, traceParent.getBytes(StandardCharsets.UTF_8));
    byte[] key = fact.key().getBytes(StandardCharsets.UTF_8);
    input(topic).pipeInput(new TestRecord<>(key, wire.encode(fact), headers, now));
  }

  private TestInputTopic<byte[], byte[]> input(Topic topic) {
    return driver.createInputTopic(
        topic.on(Sample.LOCAL), new ByteArraySerializer(), new ByteArraySerializer());
  }

  public void advance(Duration duration) {
    now = now.plus(duration);
    driver.advanceWallClockTime(duration);
  }

  /**
   * A fact as it was appended.
   *
   * @param trace empty text when it says none
   */
  public record Appended(String id, String key, Event fact, String trace) {}

  /** What has been appended to the topic since the last call. */
  public List<Appended> appended(Topic topic) {
    List<Appended> appended = new ArrayList<>();
    for (TestRecord<byte[], byte[]> record :
        driver
            .createOutputTopic(
                topic.pattern(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
            .readRecordsToList()) {
      appended.add(
          new Appended(
              text(record.headers().lastHeader(Headers.EVENT_ID).value()),
              text(record.key()),
              decoded(topic, record.value()),
              trace(record.headers().lastHeader(Headers.TRACE_PARENT))));
    }
    return appended;
  }

  /** The facts of {@link #appended}. */
  public List<Event> facts(Topic topic) {
    return appended(topic).stream().map(Appended::fact).toList();
  }

  /** What has been appended goes in again, as the broker would have it. */
  public void loop(Topic... topics) {
    for (Topic topic : topics) {
      facts(topic).forEach(fact -> pipe(topic, fact));
    }
  }

  public <V> KeyValueStore<String, V> store(String name) {
    return driver.getKeyValueStore(name);
  }

  private Event decoded(Topic topic, byte[] value) {
    try {
      return wire.decode(topic, value);
    } catch (UnreadableFactException e) {
      throw new AssertionError(e);
    }
  }

  private static String trace(@Nullable Header header) {
    return header == null ? "" : text(header.value());
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    driver.close();
    try (Stream<Path> left = Files.walk(folder)) {
      left.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
