package dev.errand.views;

import dev.errand.schemas.Topic;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import dev.errand.views.streams.FactReader;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The views as a topology: each fact is joined into its task's view. It writes nothing. */
final class ViewsTopology {
  private static final Logger LOG = LoggerFactory.getLogger(ViewsTopology.class);

  private ViewsTopology() {}

  /** Who wants to know what is folded; called on the stream thread, so it must not block. */
  interface Observer {
    /** A view that has just been stored. */
    void changed(TaskView view);

    /** The record at this offset is in the store, or was passed over for good. */
    void folded(TopicPartition partition, long offset);

    /** A record was poison. */
    void skipped();
  }

  static Topology of(Wire wire, Observer observer) {
    Topology topology = new Topology();
    TaskFold.addSources(topology);
    topology.addProcessor(
        "fold", () -> new Fold(new FactReader(wire), observer), TaskFold.sources());
    topology.addStateStore(TaskFold.store(), "fold");
    topology.addStateStore(LiveTasks.store(), "fold");
    NodeReports.addTo(topology, wire);
    return topology;
  }

  private static final class Fold extends ContextualProcessor<byte[], byte[], Void, Void> {
    private final FactReader reader;
    private final Observer observer;

    Fold(FactReader reader, Observer observer) {
      this.reader = reader;
      this.observer = observer;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      super.init(context);
      context.schedule(
          TaskFold.PURGE_INTERVAL,
          PunctuationType.WALL_CLOCK_TIME,
          now -> {
            TaskFold.purge(store(), Instant.ofEpochMilli(now));
            TaskFold.purge(live(), Instant.ofEpochMilli(now));
          });
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      RecordMetadata place = context().recordMetadata().orElseThrow();
      Topic topic = Topic.named(place.topic()).orElseThrow();
      Origin origin = new Origin(place.offset(), Instant.ofEpochMilli(record.timestamp()));
      try {
        store(TaskView.of(reader.read(topic, record.value()), origin));
      } catch (UnreadableFactException e) {
        // The lifecycle decider, which reads the same topics, keeps it as a dead letter.
        observer.skipped();
        LOG.warn(
            "passed over {}-{} at offset {}: {}",
            place.topic(),
            place.partition(),
            place.offset(),
            e.getMessage());
      }
      observer.folded(new TopicPartition(place.topic(), place.partition()), place.offset());
    }

    private void store(Optional<TaskView> fact) {
      if (fact.isEmpty()) {
        return;
      }
      String key = fact.get().task().value();
      TaskView before = store().get(key);
      TaskView after = before == null ? fact.get() : before.join(fact.get());
      if (!after.equals(before)) {
        store().put(key, after);
        LiveTasks.index(live(), after);
        observer.changed(after);
      }
    }

    private KeyValueStore<String, TaskView> store() {
      return context().getStateStore(TaskFold.STORE);
    }

    private KeyValueStore<String, byte[]> live() {
      return context().getStateStore(LiveTasks.STORE);
    }
  }
}
