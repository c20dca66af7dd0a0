package dev.errand.stage.follow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads some topics whole and goes on reading, each partition in its order, on a thread of its own;
 * a broken connection only makes it late. No group: every follower sees everything.
 */
public final class Follower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
  private static final Duration POLL = Duration.ofSeconds(30);
  private static final Duration FETCH_WAIT = Duration.ofSeconds(10); // a record answers at once
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final List<String> topics;
  private final Consumer<ConsumerRecord<byte[], byte[]>> sink;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final Map<TopicPartition, Long> next = new HashMap<>(); // guarded by lock
  private Map<TopicPartition, Long> target = Map.of(); // guarded by lock; the ends at the start
  private boolean started; // guarded by lock: the target is known
  private volatile boolean closed;

  private Follower(
      Map<String, Object> connection,
      List<String> topics,
      Consumer<ConsumerRecord<byte[], byte[]>> sink) {
    this.topics = List.copyOf(topics);
    this.sink = sink;
    this.consumer = reader(connection, FETCH_WAIT);
    this.thread = Thread.ofVirtual().name("follow-" + this.topics).unstarted(this::run);
  }

  /**
   * A consumer without a group, which finds everything.
   *
   * @param fetchWait how long the broker holds an empty answer: long is cheap when idle
   */
  public static KafkaConsumer<byte[], byte[]> reader(
      Map<String, Object> connection, Duration fetchWait) {
    Map<String, Object> settings = new HashMap<>(connection);
    settings.put("enable.auto.commit", false);
    settings.put("auto.offset.reset", "earliest");
    settings.put("fetch.max.wait.ms", (int) fetchWait.toMillis());
    settings.put("request.timeout.ms", 40_000);
    settings.put("reconnect.backoff.max.ms", 1_000);
    settings.put("allow.auto.create.topics", false);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Starts to read; the sink is called on one thread, and what it throws ends the reading. */
  public static Follower of(
      Map<String, Object> connection,
      List<String> topics,
      Consumer<ConsumerRecord<byte[], byte[]>> sink) {
    Follower follower = new Follower(connection, topics, sink);
    follower.thread.start();
    return follower;
  }

  /** Waits until everything that was there at the start has gone through the sink. */
  public boolean awaitCaughtUp(Duration patience) throws InterruptedException {
    return await(patience, () -> started && hasPassed(target));
  }

  /** Waits until what lies at the offset has gone through the sink. */
  public boolean await(TopicPartition partition, long offset, Duration patience)
      throws InterruptedException {
    return await(patience, () -> next.getOrDefault(partition, 0L) > offset);
  }

  private boolean await(Duration patience, BooleanSupplier reached) throws InterruptedException {
    long nanos = patience.toNanos();
    lock.lock();
    try {
      while (!reached.getAsBoolean()) {
        if (nanos <= 0 || closed) {
          return false;
        }
        nanos = moved.awaitNanos(nanos);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasPassed(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> next.getOrDefault(end.getKey(), 0L) >= end.getValue());
  }

  private void run() {
    boolean assigned = false;
    while (!closed) {
      try {
        assigned = assigned || assign();
        if (assigned) {
          poll().forEach(sink);
          publish();
        }
      } catch (WakeupException | InterruptException e) {
        LOG.debug("No longer following {}", topics);
      } catch (KafkaException e) {
        LOG.warn("Cannot read {} now, trying again: {}", topics, e.toString());
        pause();
      }
    }
    consumer.close(CloseOptions.timeout(Duration.ZERO)); // else as long as its last request waits
  }

  /** What Kafka's client calls an unexpected error code passes as other errors of a broker do. */
  private ConsumerRecords<byte[], byte[]> poll() {
    try {
      return consumer.poll(POLL);
    } catch (IllegalStateException e) {
      throw new KafkaException(e);
    }
  }

  /** Takes all partitions from their beginnings; false when a topic is not there yet. */
  private boolean assign() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : topics) {
      consumer
          .partitionsFor(topic)
          .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    lock.lock();
    try {
      target = ends;
      started = true;
    } finally {
      lock.unlock();
    }
    publish();
    return true;
  }

  private void publish() {
    Map<TopicPartition, Long> positions = new HashMap<>();
    consumer.assignment().forEach(p -> positions.put(p, consumer.position(p)));
    lock.lock();
    try {
      next.putAll(positions);
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void pause() {
    lock.lock();
    try {
      long nanos = RETRY.toNanos();
      while (nanos > 0 && !closed) {
        nanos = moved.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    lock.lock();
    try {
      moved.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
