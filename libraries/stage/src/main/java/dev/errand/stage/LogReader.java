package dev.errand.stage;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import dev.errand.stage.follow.Follower;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/**
 * One task's live output and progress, from the task's start on: its partition of {@code
 * attempts.logged} and {@code attempts.progressed}, other tasks' facts left out. For one thread.
 */
public final class LogReader implements AutoCloseable {
  private static final List<Topic> TOPICS =
      List.of(Topic.ATTEMPTS_LOGGED, Topic.ATTEMPTS_PROGRESSED);

  private static final Duration FETCH_WAIT = Duration.ofSeconds(2);

  private final Wire wire;
  private final TaskId task;
  private final KafkaConsumer<byte[], byte[]> consumer;

  private LogReader(Wire wire, TaskId task, KafkaConsumer<byte[], byte[]> consumer) {
    this.wire = wire;
    this.task = task;
    this.consumer = consumer;
  }

  /** Opens a reader at the task's creation; costs one connection until it is closed. */
  public static LogReader open(KafkaConnection connection, Wire wire, TaskId task) {
    KafkaConsumer<byte[], byte[]> consumer = Follower.reader(connection.with(Map.of()), FETCH_WAIT);
    LogReader reader = new LogReader(wire, task, consumer);
    reader.seek();
    return reader;
  }

  /**
   * The next facts, in each topic's order, and those of both by their times; empty when there were
   * none in time.
   */
  public List<Event.OfRun> poll(Duration patience) {
    return StreamSupport.stream(consumer.poll(patience).spliterator(), false)
        .sorted(Comparator.comparingLong(ConsumerRecord::timestamp))
        .flatMap(entry -> read(entry).stream())
        .filter(fact -> fact.task().equals(task))
        .toList();
  }

  /**
   * Whether there is nothing to read now. Asks the broker, as a poll may be empty because the
   * answer was slow.
   */
  public boolean isAtEnd() {
    return consumer.endOffsets(consumer.assignment()).entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  /** Makes a poll on another thread return at once with nothing, by a WakeupException there. */
  public void wakeup() {
    consumer.wakeup();
  }

  private void seek() {
    Map<TopicPartition, Long> times = new HashMap<>();
    for (Topic topic : TOPICS) {
      int partitions = consumer.partitionsFor(topic.pattern()).size();
      times.put(
          new TopicPartition(topic.pattern(), partition(task, partitions)),
          task.createdAt().toEpochMilli());
    }
    consumer.assign(times.keySet());
    Map<TopicPartition, OffsetAndTimestamp> offsets = consumer.offsetsForTimes(times);
    for (TopicPartition partition : times.keySet()) {
      OffsetAndTimestamp found = offsets.get(partition);
      if (found == null) {
        consumer.seekToEnd(List.of(partition)); // nothing is as young as the task yet
        consumer.position(partition); // now, not when the first poll gets there
      } else {
        consumer.seek(partition, found.offset());
      }
    }
  }

  /** Kafka's own choice of a partition for a key. Source: BuiltInPartitioner. */
  private static int partition(TaskId task, int partitions) {
    byte[] key = task.value().getBytes(StandardCharsets.UTF_8);
    return Utils.toPositive(Utils.murmur2(key)) % partitions;
  }

  private Optional<Event.OfRun> read(ConsumerRecord<byte[], byte[]> entry) {
    if (entry.value() == null) {
      return Optional.empty();
    }
    try {
      Topic topic = Topic.named(entry.topic()).orElseThrow();
      return wire.decode(topic, entry.value()) instanceof Event.OfRun fact
          ? Optional.of(fact)
          : Optional.empty();
    } catch (UnreadableFactException e) {
      return Optional.empty(); // a live view leaves out what it cannot read
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO)); // there is nothing to hand back
  }
}
