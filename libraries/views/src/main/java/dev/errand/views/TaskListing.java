package dev.errand.views;

import dev.errand.schemas.ids.TaskId;
import dev.errand.views.streams.StreamsApp;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.state.KeyValueIterator;

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
    return results(KeyQuery.<String, TaskView>withKey(task.value())).stream().findFirst();
  }

  TaskPage page(TaskQuery query) {
    RangeQuery<String, TaskView> range =
        query.cursor() == null
            ? RangeQuery.withNoBounds()
            : RangeQuery.withUpperBound(query.cursor().value());
    Newest newest = new Newest(results(range.withDescendingKeys()));
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
    return LiveTasks.sum(results(LiveTasks.STORE, RangeQuery.<String, byte[]>withNoBounds()));
  }

  private <R> List<R> results(Query<R> query) {
    return results(TaskFold.STORE, query);
  }

  /** The answers of all partitions that have one. */
  private <R> List<R> results(String store, Query<R> query) {
    try {
      Collection<QueryResult<R>> answers =
          app.streams()
              .query(StateQueryRequest.inStore(store).withQuery(query))
              .getPartitionResults()
              .values();
      if (answers.isEmpty() || answers.stream().anyMatch(QueryResult::isFailure)) {
        throw new IllegalStateException("not every partition answers");
      }
      return answers.stream().map(QueryResult::getResult).filter(Objects::nonNull).toList();
    } catch (StreamsException | IllegalStateException e) {
      throw Views.notReady(e);
    }
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
