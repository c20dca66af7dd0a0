package dev.errand.views;

import dev.errand.schemas.ids.TaskId;
import dev.errand.views.streams.StreamsApp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Reads tasks from the store, which is one database a partition, each ordered by id: a page merges
 * them from the newest id down.
 */
final class TaskListing {
  /** A page looks at no more tasks than this: about 50 ms where no filter matches. */
  private static final int MAX_SCANNED = 5_000;

  private final StreamsApp app;

  TaskListing(StreamsApp app) {
    this.app = app;
  }

  Optional<TaskView> task(TaskId task) {
    return read(
            TaskFold.STORE,
            (ReadOnlyKeyValueStore<String, TaskView> store) ->
                Optional.ofNullable(store.get(task.value())))
        .stream()
        .flatMap(Optional::stream)
        .findFirst();
  }

  TaskPage page(TaskQuery query) {
    String newestKey = query.cursor() == null ? null : query.cursor().value();
    Newest newest =
        new Newest(
            read(
                TaskFold.STORE,
                (ReadOnlyKeyValueStore<String, TaskView> store) ->
                    store.reverseRange(null, newestKey)));
    try {
      return page(query, newest);
    } finally {
      newest.close();
    }
  }

  /** The cursor is the last task that was looked at: the next page begins below it. */
  private static TaskPage page(TaskQuery query, Newest newest) {
    List<TaskView> items = new ArrayList<>();
    TaskId last = null;
    for (int scanned = 0; newest.hasNext(); scanned++) {
      if (items.size() == query.limit() || scanned == MAX_SCANNED) {
        return new TaskPage(items, last);
      }
      TaskView view = newest.next();
      last = view.task();
      if (!last.equals(query.cursor()) && query.matches(view)) {
        items.add(view);
      }
    }
    return new TaskPage(items, null);
  }

  QueueView queue() {
    return LiveTasks.sum(read(LiveTasks.STORE, ReadOnlyKeyValueStore<String, byte[]>::all));
  }

  /**
   * What each partition's store answers. Not by {@link KafkaStreams#query}, which in Kafka 4.3.1
   * takes a store's position and then the store, as the writer takes them the other way round: a
   * query beside a put could stop both for ever (KAFKA-19629). A store answers during a rebalance
   * too, as this instance has all partitions before and after.
   */
  private <V, R> List<R> read(String name, Function<ReadOnlyKeyValueStore<String, V>, R> question) {
    try {
      List<R> answers = new ArrayList<>();
      for (int partition : partitions()) {
        answers.add(
            question.apply(
                app.streams()
                    .store(
                        StoreQueryParameters.fromNameAndType(
                                name, QueryableStoreTypes.<String, V>keyValueStore())
                            .withPartition(partition)
                            .enableStaleStores())));
      }
      if (answers.isEmpty()) {
        throw new IllegalStateException("no partition answers");
      }
      return answers;
    } catch (StreamsException | IllegalStateException e) {
      throw Views.notReady(e);
    }
  }

  private Set<Integer> partitions() {
    return app.streams().metadataForLocalThreads().stream()
        .flatMap(thread -> thread.activeTasks().stream())
        .map(task -> task.taskId().partition())
        .collect(Collectors.toSet());
  }

  /** All partitions' tasks as one sequence. */
  private static final class Newest {
    private record Head(
        KeyValue<String, TaskView> entry, KeyValueIterator<String, TaskView> rest) {}

    private final List<KeyValueIterator<String, TaskView>> partitions;
    private final PriorityQueue<Head> heads =
        new PriorityQueue<>(
            Comparator.comparing((Head head) -> head.entry().key, Comparator.reverseOrder()));

    Newest(List<KeyValueIterator<String, TaskView>> partitions) {
      this.partitions = partitions;
      partitions.forEach(this::advance);
    }

    boolean hasNext() {
      return !heads.isEmpty();
    }

    TaskView next() {
      Head head = heads.remove();
      advance(head.rest());
      return head.entry().value;
    }

    private void advance(KeyValueIterator<String, TaskView> partition) {
      if (partition.hasNext()) {
        heads.add(new Head(partition.next(), partition));
      }
    }

    void close() {
      partitions.forEach(KeyValueIterator::close);
    }
  }
}
