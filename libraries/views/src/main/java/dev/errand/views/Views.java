package dev.errand.views;

import dev.errand.schemas.ids.TaskId;
import dev.errand.views.streams.StreamsSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What is true now, on this instance: every task and node, folded from the topics. Thread-safe. */
public final class Views implements AutoCloseable {
  private Views() {}

  public static Views start(StreamsSettings settings) {
    return new Views();
  }

  /** Whether everything that lay on the topics at the start has been folded. */
  public boolean ready() {
    return false;
  }

  /** The task; empty when nothing is known of it. */
  public Optional<TaskView> task(TaskId task) {
    return Optional.empty();
  }

  /** A page of tasks, newest first. */
  public TaskPage tasks(TaskQuery query) {
    return new TaskPage(List.of(), null);
  }

  public List<NodeView> nodes() {
    return List.of();
  }

  /**
   * Waits until the record at this position has been folded: read your own writes.
   *
   * @return whether it has; false at once for a topic that is not folded
   */
  public boolean await(String topic, int partition, long offset, Duration wait)
      throws InterruptedException {
    return false;
  }

  /** Calls the listener, on a thread of ours, after a task has changed. */
  public Subscription onChange(Consumer<TaskView> listener) {
    return () -> {};
  }

  @Override
  public void close() {}

  /** A listener's place; closing it ends the calls. */
  public interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
