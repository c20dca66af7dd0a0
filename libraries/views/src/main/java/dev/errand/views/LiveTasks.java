package dev.errand.views;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * How many attempts of each task wait and work: a store of the tasks that go on, so that the depth
 * of the queue is a sum over those and not over a history of 90 days.
 */
final class LiveTasks {
  /** By task id. */
  static final String STORE = "live";

  private static final long NONE = Long.MAX_VALUE;

  private LiveTasks() {}

  static StoreBuilder<KeyValueStore<String, byte[]>> store() {
    return Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray());
  }

  /** Keeps the store to what goes on. */
  static void index(KeyValueStore<String, byte[]> store, TaskView task) {
    String key = task.task().value();
    if (task.state().isTerminal()) {
      store.delete(key);
    } else {
      store.put(key, counts(task));
    }
  }

  private static byte[] counts(TaskView task) {
    List<AttemptView> queued =
        attempts(task, state -> state.compareTo(AttemptView.State.QUEUED) <= 0);
    List<AttemptView> running =
        attempts(task, state -> state.compareTo(AttemptView.State.QUEUED) > 0);
    long oldest = queued.stream().mapToLong(a -> a.since().toEpochMilli()).min().orElse(NONE);
    return ByteBuffer.allocate(2 * Integer.BYTES + Long.BYTES)
        .putInt(queued.size())
        .putInt(running.size())
        .putLong(oldest)
        .array();
  }

  private static List<AttemptView> attempts(TaskView task, Predicate<AttemptView.State> state) {
    return task.attempts().stream().filter(a -> !a.isOver() && state.test(a.reached())).toList();
  }

  /** The sum over the stores of all partitions; closes the iterators. */
  static QueueView sum(List<KeyValueIterator<String, byte[]>> partitions) {
    int tasks = 0;
    int queued = 0;
    int running = 0;
    long oldest = NONE;
    try {
      for (KeyValueIterator<String, byte[]> partition : partitions) {
        while (partition.hasNext()) {
          ByteBuffer counts = ByteBuffer.wrap(partition.next().value);
          tasks++;
          queued += counts.getInt();
          running += counts.getInt();
          oldest = Math.min(oldest, counts.getLong());
        }
      }
    } finally {
      partitions.forEach(KeyValueIterator::close);
    }
    return new QueueView(tasks, queued, instant(oldest), running);
  }

  private static @Nullable Instant instant(long millis) {
    return millis == NONE ? null : Instant.ofEpochMilli(millis);
  }
}
