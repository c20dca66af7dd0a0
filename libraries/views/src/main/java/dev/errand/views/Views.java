package dev.errand.views;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.Wire;
import dev.errand.views.streams.StreamsApp;
import dev.errand.views.streams.StreamsSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.QueryableStoreTypes;

/**
 * What is true now: every task and node, folded from the topics into a store of this instance's
 * own. Each instance has all of it. Thread-safe; queries read the disk.
 */
public final class Views implements AutoCloseable {
  /** Raised when a store is added that the facts so far have to be folded into. */
  private static final int STORES = 2;

  /** Five heartbeats of a consumer, half again as long as its session. */
  private static final Duration BROKER_SILENCE = Duration.ofSeconds(15);

  private final Wire wire;
  private final Folded folded = new Folded();
  private final LongAdder skipped = new LongAdder();
  private final Changes changes = new Changes();
  private final StreamsApp app;
  private final TaskListing listing;
  private final CatchUp catchUp;

  private Views(StreamsSettings settings, Wire wire) {
    this.wire = wire;
    // An instance's own app has all partitions; a changed fold is another app and starts anew.
    this.app =
        StreamsApp.start(
            "errand-views-%s-v%d-%d".formatted(settings.instance(), ViewCodec.FOLD, STORES),
            () -> ViewsTopology.of(wire, new Notes()),
            settings);
    this.listing = new TaskListing(app);
    this.catchUp = CatchUp.start(app.applicationId(), settings, folded);
  }

  /**
   * Starts to fold; returns before it has caught up, see {@link #ready()}. The topics exist
   * already. Somebody tells the wire of schemas that newer writers register.
   *
   * @throws ErrandException BROKER_UNAVAILABLE when it cannot start
   */
  public static Views start(StreamsSettings settings, Wire wire) {
    return new Views(settings, wire);
  }

  /** Whether all that lay on the topics at the start has been folded. */
  public boolean ready() {
    return app.isRunning() && catchUp.isDone();
  }

  /** Whether the broker has answered within the last 15 s, as far as anybody has asked it. */
  public boolean brokerAnswers() {
    return !app.isBrokerSilent(BROKER_SILENCE);
  }

  /**
   * The task; empty when nothing is known of it.
   *
   * @throws ErrandException BROKER_UNAVAILABLE while the store is being rebuilt
   */
  public Optional<TaskView> task(TaskId task) {
    return listing.task(task);
  }

  /**
   * A page of tasks, newest first. The cost of a page is bounded, whatever the filters.
   *
   * @throws ErrandException BROKER_UNAVAILABLE while the store is being rebuilt
   */
  public TaskPage tasks(TaskQuery query) {
    return listing.page(query);
  }

  /**
   * What every node last said, by name.
   *
   * @throws ErrandException BROKER_UNAVAILABLE while the app starts
   */
  public List<NodeView> nodes() {
    try {
      return NodeReports.read(
          app.streams()
              .store(
                  StoreQueryParameters.fromNameAndType(
                      NodeReports.STORE, QueryableStoreTypes.<String, byte[]>keyValueStore())),
          wire);
    } catch (InvalidStateStoreException | IllegalStateException e) {
      throw notReady(e);
    }
  }

  /**
   * How much waits and how much is worked on. The cost grows with the tasks that go on.
   *
   * @throws ErrandException BROKER_UNAVAILABLE while the store is being rebuilt
   */
  public QueueView queue() {
    return listing.queue();
  }

  /**
   * Waits until the record at this position has been folded: read your own writes.
   *
   * @param offset the record's own, as its writer was told
   * @return whether it has; false at once for a topic that no view is made from
   */
  public boolean await(String topic, int partition, long offset, Duration wait)
      throws InterruptedException {
    return TaskFold.reads(topic)
        && folded.await(new TopicPartition(topic, partition), offset, wait);
  }

  /**
   * Calls the listener after a task has changed and the store has it, one change after the other on
   * one thread of ours. Several changes of one task may come as one; when listeners are more than
   * 10,000 tasks behind, changes are left out, so whoever must not miss an end also asks now and
   * then.
   */
  public Subscription onChange(Consumer<TaskView> listener) {
    return changes.subscribe(listener);
  }

  /** How many records were no facts and were passed over, since the start. */
  public long skipped() {
    return skipped.sum();
  }

  @Override
  public void close() {
    catchUp.close();
    app.close();
    changes.close();
  }

  static ErrandException notReady(RuntimeException cause) {
    return new ErrandException(
        FailureCode.BROKER_UNAVAILABLE, "The view of tasks is being rebuilt; try again.", cause);
  }

  /** A listener's place; closing it ends the calls. */
  public interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  private final class Notes implements ViewsTopology.Observer {
    @Override
    public void changed(TaskView view) {
      changes.add(view);
    }

    @Override
    public void folded(TopicPartition partition, long offset) {
      folded.below(partition, offset + 1);
    }

    @Override
    public void skipped() {
      skipped.increment();
    }
  }
}
