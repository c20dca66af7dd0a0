package dev.errand.stage;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import dev.errand.stage.follow.Follower;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A compacted topic in memory: the newest fact of each key. Safe for any thread.
 *
 * @param <E> the topic's fact
 */
public final class Table<E extends Event> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Table.class);

  private final Wire wire;
  private final Topic topic;
  private final Class<E> type;
  private final Map<String, E> newest = new ConcurrentHashMap<>();
  private final List<Consumer<E>> listeners = new CopyOnWriteArrayList<>();
  private final Follower follower;

  private Table(
      KafkaConnection connection, Wire wire, Topic topic, Class<E> type, List<Consumer<E>> first) {
    this.wire = wire;
    this.topic = topic;
    this.type = type;
    this.listeners.addAll(first);
    this.follower = Follower.of(connection.with(Map.of()), List.of(topic.pattern()), this::apply);
  }

  /** Starts to read the topic; it fills while the caller goes on. */
  public static <E extends Event> Table<E> follow(
      KafkaConnection connection, Wire wire, Topic topic, Class<E> type) {
    return new Table<>(connection, wire, topic, type, List.of());
  }

  /** The same, with a listener that hears of every fact, from the topic's first on. */
  public static <E extends Event> Table<E> follow(
      KafkaConnection connection, Wire wire, Topic topic, Class<E> type, Consumer<E> listener) {
    return new Table<>(connection, wire, topic, type, List.of(listener));
  }

  public Optional<E> find(String key) {
    return Optional.ofNullable(newest.get(key));
  }

  /** All newest facts, those that say "deleted" among them. */
  public Collection<E> all() {
    return List.copyOf(newest.values());
  }

  /** False when what was in the topic at the start has not been read in time. */
  public boolean awaitCaughtUp(Duration patience) throws InterruptedException {
    return follower.awaitCaughtUp(patience);
  }

  /** False when the fact at the position has not been read in time. */
  public boolean await(Position position, Duration patience) throws InterruptedException {
    return follower.await(
        new TopicPartition(position.topic(), position.partition()), position.offset(), patience);
  }

  /** Calls the listener for each later fact, on the reading thread: be quick. */
  public void onChange(Consumer<E> listener) {
    listeners.add(listener);
  }

  private void apply(ConsumerRecord<byte[], byte[]> entry) {
    if (entry.value() == null) {
      return; // we write no tombstones: deleted is a state
    }
    try {
      Event fact = wire.decode(topic, entry.value());
      if (type.isInstance(fact)) {
        E known = type.cast(fact);
        newest.put(known.key(), known);
        listeners.forEach(listener -> listener.accept(known));
      }
    } catch (UnreadableFactException e) {
      LOG.error("Left out {} {}: {}", topic.pattern(), entry.offset(), e.getMessage());
    }
  }

  @Override
  public void close() {
    follower.close();
  }
}
