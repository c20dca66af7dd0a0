package dev.errand.stage.letters;

import dev.errand.schemas.Data;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.DeadLettered;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import dev.errand.stage.KafkaConnection;
import dev.errand.stage.follow.Follower;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads dead letters, the newest first. Each call costs a connection and reads no more of the topic
 * than a page of every partition, so nothing is kept in memory between calls. Safe for any thread.
 */
public final class DeadLetterReader {
  public static final int MAX_LIMIT = 50;

  /** What strangers wrote is not listed; it may be 50 times half a megabyte. */
  private static final Data LEFT_OUT = Data.of(new byte[0]);

  private static final String TOPIC = Topic.DEAD_LETTERS.pattern();
  private static final Duration FETCH_WAIT = Duration.ofMillis(500);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final KafkaConnection connection;
  private final Wire wire;

  public DeadLetterReader(KafkaConnection connection, Wire wire) {
    this.connection = connection;
    this.wire = wire;
  }

  /**
   * Some letters, without their values, the newest first.
   *
   * @param next where the next page begins; null when there is none
   */
  public record Page(List<Filed> letters, @Nullable Cursor next) {}

  /**
   * @param limit 1 to {@link #MAX_LIMIT}
   * @param before where the page begins; null is the newest
   * @throws ErrandException REQUEST_INVALID when the cursor is another topic's, BROKER_UNAVAILABLE
   */
  public Page page(int limit, @Nullable Cursor before) {
    try (KafkaConsumer<byte[], byte[]> consumer = open()) {
      List<Range> ranges = ranges(consumer, limit, before);
      return newest(read(consumer, ranges), limit, ranges);
    } catch (KafkaException e) {
      throw unavailable(e);
    }
  }

  /** One letter with its value; empty when none lies there (any more). */
  public Optional<Filed> find(Filed.Id id) {
    try (KafkaConsumer<byte[], byte[]> consumer = open()) {
      TopicPartition partition = new TopicPartition(TOPIC, id.partition());
      if (!partitions(consumer).contains(partition)) {
        return Optional.empty();
      }
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
      if (id.offset() < begin || id.offset() >= end) {
        return Optional.empty();
      }
      consumer.assign(List.of(partition));
      consumer.seek(partition, id.offset());
      long giveUp = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() < giveUp) {
        for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(POLL)) {
          return entry.offset() == id.offset()
              ? letter(entry).map(letter -> filed(entry, letter, letter.value()))
              : Optional.empty();
        }
      }
      throw unavailable(null);
    } catch (KafkaException e) {
      throw unavailable(e);
    }
  }

  private KafkaConsumer<byte[], byte[]> open() {
    return Follower.reader(connection.with(Map.of()), FETCH_WAIT);
  }

  private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
    return IntStream.range(0, consumer.partitionsFor(TOPIC).size())
        .mapToObj(partition -> new TopicPartition(TOPIC, partition))
        .toList();
  }

  /**
   * What is read of a partition.
   *
   * @param begin where what is still kept begins
   */
  private record Range(TopicPartition partition, long begin, long start, long end) {
    boolean isEmpty() {
      return start >= end;
    }
  }

  /** Of each partition as much as a whole page, as it may hold all of the newest. */
  private static List<Range> ranges(
      KafkaConsumer<byte[], byte[]> consumer, int limit, @Nullable Cursor before) {
    List<TopicPartition> all = partitions(consumer);
    if (before != null && before.below().size() != all.size()) {
      throw new ErrandException(FailureCode.REQUEST_INVALID, "that is no cursor of this list");
    }
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(all);
    Map<TopicPartition, Long> ends = consumer.endOffsets(all);
    List<Range> ranges = new ArrayList<>();
    for (TopicPartition partition : all) {
      long begin = begins.getOrDefault(partition, 0L);
      long newest = ends.getOrDefault(partition, 0L);
      long end =
          before == null ? newest : Math.min(newest, before.below().get(partition.partition()));
      ranges.add(new Range(partition, begin, Math.max(begin, end - limit), end));
    }
    return ranges;
  }

  /** The letters of each partition, the last first. */
  private List<Deque<Filed>> read(KafkaConsumer<byte[], byte[]> consumer, List<Range> ranges) {
    List<Deque<Filed>> found = new ArrayList<>();
    ranges.forEach(_ -> found.add(new ArrayDeque<>()));
    List<Range> filled = ranges.stream().filter(range -> !range.isEmpty()).toList();
    consumer.assign(filled.stream().map(Range::partition).toList());
    filled.forEach(range -> consumer.seek(range.partition(), range.start()));
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    while (filled.stream().anyMatch(range -> consumer.position(range.partition()) < range.end())) {
      if (System.nanoTime() > giveUp) {
        throw unavailable(null);
      }
      for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(POLL)) {
        if (entry.offset() < ranges.get(entry.partition()).end()) {
          letter(entry)
              .map(letter -> filed(entry, letter, LEFT_OUT))
              .ifPresent(found.get(entry.partition())::addFirst);
        }
      }
    }
    return found;
  }

  private static Page newest(List<Deque<Filed>> found, int limit, List<Range> ranges) {
    List<Filed> page = new ArrayList<>();
    List<Long> below = new ArrayList<>(ranges.stream().map(Range::end).toList());
    Optional<Filed> next = head(found);
    while (page.size() < limit && next.isPresent()) {
      Filed.Id id = next.get().id();
      found.get(id.partition()).removeFirst();
      below.set(id.partition(), id.offset());
      page.add(next.get());
      next = head(found);
    }
    boolean more = ranges.stream().anyMatch(r -> below.get(r.partition().partition()) > r.begin());
    return new Page(page, more ? new Cursor(below) : null);
  }

  private static Optional<Filed> head(List<Deque<Filed>> found) {
    return found.stream()
        .flatMap(letters -> Optional.ofNullable(letters.peekFirst()).stream())
        .max(Comparator.comparing(Filed::at));
  }

  private Optional<DeadLettered> letter(ConsumerRecord<byte[], byte[]> entry) {
    try {
      return entry.value() != null
              && wire.decode(Topic.DEAD_LETTERS, entry.value()) instanceof DeadLettered letter
          ? Optional.of(letter)
          : Optional.empty();
    } catch (UnreadableFactException e) {
      return Optional.empty(); // a newer version's; its own console shows it
    }
  }

  private static Filed filed(
      ConsumerRecord<byte[], byte[]> entry, DeadLettered letter, Data value) {
    return new Filed(
        new Filed.Id(entry.partition(), entry.offset()),
        Instant.ofEpochMilli(entry.timestamp()),
        new DeadLettered(
            letter.topic(),
            letter.partition(),
            letter.offset(),
            letter.stage(),
            letter.originalKey(),
            value,
            letter.headers(),
            letter.cause()),
        letter.value().size());
  }

  private static ErrandException unavailable(@Nullable Throwable cause) {
    return new ErrandException(
        Failure.of(FailureCode.BROKER_UNAVAILABLE, "the dead letters cannot be read now"), cause);
  }
}
