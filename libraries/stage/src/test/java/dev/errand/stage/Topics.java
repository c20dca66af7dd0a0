package dev.errand.stage;

import dev.errand.schemas.Data;
import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.wire.Headers;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import dev.errand.stage.follow.Follower;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/** Everything that lies on our topics, from offset 0: what guarantees are judged by. */
public final class Topics {
  private static final Duration FETCH_WAIT = Duration.ofMillis(100);

  private Topics() {}

  /**
   * A record and what it says.
   *
   * @param id its event id, or empty text
   * @param fact empty for what cannot be read
   */
  public record Entry(
      String topic, int partition, long offset, String id, Data value, Optional<Event> fact) {}

  /** Reads all topics of the catalogue to the ends that they have now. */
  public static List<Entry> readAll(KafkaConnection connection, Wire wire) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        Follower.reader(connection.with(Map.of()), FETCH_WAIT)) {
      List<TopicPartition> partitions =
          consumer.listTopics().values().stream()
              .flatMap(Collection::stream)
              .filter(info -> Topic.named(info.topic()).isPresent())
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      List<Entry> entries = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        consumer.poll(Duration.ofMillis(200)).forEach(entry -> entries.add(read(wire, entry)));
      }
      return entries;
    }
  }

  /** The facts of one kind, in the order of their offsets within each partition. */
  public static <E extends Event> List<E> facts(List<Entry> entries, Class<E> type) {
    return entries.stream()
        .flatMap(entry -> entry.fact().stream())
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  private static Entry read(Wire wire, ConsumerRecord<byte[], byte[]> entry) {
    Header id = entry.headers().lastHeader(Headers.EVENT_ID);
    byte[] value = entry.value() == null ? new byte[0] : entry.value();
    return new Entry(
        entry.topic(),
        entry.partition(),
        entry.offset(),
        id == null ? "" : new String(id.value(), StandardCharsets.UTF_8),
        Data.of(value),
        fact(wire, entry.topic(), value));
  }

  private static Optional<Event> fact(Wire wire, String topic, byte[] value) {
    try {
      return Optional.of(wire.decode(Topic.named(topic).orElseThrow(), value));
    } catch (UnreadableFactException e) {
      return Optional.empty();
    }
  }
}
