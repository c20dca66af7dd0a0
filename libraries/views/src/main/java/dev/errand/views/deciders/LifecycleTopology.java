package dev.errand.views.deciders;

import dev.errand.schemas.Event;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import dev.errand.views.AttemptView;
import dev.errand.views.NodeReports;
import dev.errand.views.NodeView;
import dev.errand.views.Origin;
import dev.errand.views.TaskFold;
import dev.errand.views.TaskView;
import dev.errand.views.streams.FactReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The lifecycle as a topology: the same fold as the views', and after each fact and every 5 s the
 * question what {@link Lifecycle} makes of it. A decision's fact comes back on its topic and is
 * folded like any other; until then it is not decided again, unless by another process or after a
 * restart, where it is the same fact with the same id.
 */
final class LifecycleTopology {
  /** How often the clock is asked. */
  static final Duration SCAN_INTERVAL = Duration.ofSeconds(5);

  /** The tasks that the clock can decide something about. */
  private static final String TIMED = "timed";

  /** The newest {@code attempts.submitted} of each attempt, framed: a rerun's, a follow-up's. */
  private static final String SUBMITTED = "submitted";

  /** The trace of each task that goes on, as its admission's header says it. */
  private static final String TRACES = "traces";

  private LifecycleTopology() {}

  /**
   * @param node where the own front door speaks
   * @param nodeSilence how long a node may say nothing before it counts as lost
   */
  static Topology of(Wire wire, NodeName node, Duration nodeSilence) {
    Topology topology = new Topology();
    TaskFold.addSources(topology);
    topology.addProcessor("decide", () -> new Decide(wire, node, nodeSilence), TaskFold.sources());
    topology.addStateStore(TaskFold.store(), "decide");
    for (String store : List.of(TIMED, SUBMITTED, TRACES)) {
      topology.addStateStore(
          Stores.keyValueStoreBuilder(
              Stores.persistentKeyValueStore(store), Serdes.String(), Serdes.ByteArray()),
          "decide");
    }
    NodeReports.addTo(topology, wire);
    Outbox.addSinks(
        topology,
        "decide",
        Topic.ATTEMPTS_ENDED,
        Topic.ATTEMPTS_SUBMITTED,
        Topic.TASKS_COMPLETED,
        Topic.DEAD_LETTERS);
    return topology;
  }

  private static final class Decide extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final Wire wire;
    private final FactReader reader;
    private final NodeName node;
    private final Duration nodeSilence;
    private final Vigil vigil;
    private final Unheld unheld = new Unheld();

    /** Decisions whose facts have not come back, by task: no more than tasks that go on. */
    private final Map<TaskId, Set<String>> decided = new HashMap<>();

    Decide(Wire wire, NodeName node, Duration nodeSilence) {
      this.wire = wire;
      this.reader = new FactReader(wire);
      this.node = node;
      this.nodeSilence = nodeSilence;
      this.vigil = new Vigil(nodeSilence);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
      super.init(context);
      context.schedule(SCAN_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::scan);
      context.schedule(
          TaskFold.PURGE_INTERVAL,
          PunctuationType.WALL_CLOCK_TIME,
          now -> {
            TaskFold.purge(views(), Instant.ofEpochMilli(now));
            TaskFold.purge(store(SUBMITTED), Instant.ofEpochMilli(now));
          });
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      RecordMetadata place = context().recordMetadata().orElseThrow();
      Topic topic = Topic.named(place.topic()).orElseThrow();
      Origin origin = new Origin(place.offset(), Instant.ofEpochMilli(record.timestamp()));
      try {
        Event fact = reader.read(topic, record.value());
        if (fact instanceof Event.AttemptSubmitted submitted) {
          keep(submitted, record.value());
        }
        byte[] trace = Outbox.traceOf(record);
        if (trace != null
            && (fact instanceof Event.TaskAdmitted || fact instanceof Event.TurnRequested)) {
          store(TRACES).put(fact.key(), trace);
        }
        TaskView.of(fact, origin).ifPresent(this::fold);
      } catch (UnreadableFactException e) {
        outbox().deadLetter(place, record, String.valueOf(e.getMessage()));
      }
    }

    private void fold(TaskView fact) {
      String key = fact.task().value();
      TaskView before = views().get(key);
      TaskView task = before == null ? fact : before.join(fact);
      if (!task.equals(before)) {
        views().put(key, task);
      }
      index(task);
      Lifecycle.onFact(task).forEach(this::carryOut);
    }

    /** Keeps the stores to what is going on. */
    private void index(TaskView task) {
      String key = task.task().value();
      boolean timed = Lifecycle.isTimed(task);
      if (timed && store(TIMED).get(key) == null) {
        store(TIMED).put(key, new byte[0]);
      }
      if (!timed && store(TIMED).get(key) != null) {
        store(TIMED).delete(key);
      }
      if (task.state().isTerminal()) {
        decided.remove(task.task());
        store(TRACES).delete(key);
      }
    }

    private void keep(Event.AttemptSubmitted submitted, byte[] value) {
      String key = submitted.run().attempt().toString();
      byte[] kept = store(SUBMITTED).get(key);
      if (kept == null || submitted.run().supersedes(read(kept).run())) {
        store(SUBMITTED).put(key, value);
      }
    }

    private void scan(long nowMillis) {
      Instant now = Instant.ofEpochMilli(nowMillis);
      Instant since = vigil.look(now, NodeReports.heard(reports(), node, NodeReports.FRONT_DOOR));
      List<TaskView> timed = timed();
      if (timed.isEmpty()) {
        return;
      }
      Map<NodeName, NodeView> nodes = nodes();
      Map<NodeName, Instant> lastHeard = new HashMap<>();
      nodes.values().forEach(node -> lastHeard.put(node.node(), node.heardAt()));
      List<AttemptView> working =
          timed.stream().flatMap(task -> Lifecycle.timed(task).stream()).toList();
      Sight sight = new Sight(now, since, nodeSilence, lastHeard, unheld.look(working, nodes, now));
      for (TaskView task : timed) {
        Lifecycle.onTime(task, sight).forEach(this::carryOut);
      }
    }

    /** As many as there are permits on all nodes, about: tasks that wait are not among them. */
    private List<TaskView> timed() {
      List<TaskView> tasks = new ArrayList<>();
      try (KeyValueIterator<String, byte[]> entries = store(TIMED).all()) {
        while (entries.hasNext()) {
          String key = entries.next().key;
          TaskView task = views().get(key);
          if (task == null) {
            store(TIMED).delete(key);
          } else {
            tasks.add(task);
          }
        }
      }
      return tasks;
    }

    private Map<NodeName, NodeView> nodes() {
      return NodeReports.read(reports(), wire).stream()
          .collect(Collectors.toMap(NodeView::node, Function.identity()));
    }

    private KeyValueStore<String, byte[]> reports() {
      return context().getStateStore(NodeReports.STORE);
    }

    private void carryOut(Decision decision) {
      Set<String> names = decided.computeIfAbsent(decision.task(), _ -> new HashSet<>());
      if (names.contains(decision.name())) {
        return;
      }
      Outbox.Draft draft = draft(decision);
      if (draft != null) {
        names.add(decision.name());
        outbox().append(draft, store(TRACES).get(decision.task().value()));
      }
    }

    /** Null while a fact that the decision needs has not been read: the next scan asks again. */
    private Outbox.@Nullable Draft draft(Decision decision) {
      return switch (decision) {
        case Decision.Complete complete ->
            outbox().draft(Topic.TASKS_COMPLETED, decision.name(), complete.fact());
        case Decision.End end -> outbox().draft(Topic.ATTEMPTS_ENDED, decision.name(), end.fact());
        case Decision.Submit next -> {
          byte[] kept = store(SUBMITTED).get(next.run().attempt().toString());
          yield kept == null ? null : draft(next, read(kept).spec());
        }
        case Decision.Rerun(RunId lost) -> {
          byte[] kept = store(SUBMITTED).get(lost.attempt().toString());
          yield kept == null || !read(kept).run().equals(lost)
              ? null
              : outbox().draft(Topic.ATTEMPTS_SUBMITTED, decision.name(), again(read(kept)));
        }
      };
    }

    private Outbox.Draft draft(Decision.Submit next, TaskSpec spec) {
      var fact = new Event.AttemptSubmitted(next.run(), null, next.turn(), spec);
      try {
        return outbox().draft(Topic.ATTEMPTS_SUBMITTED, next.name(), fact);
      } catch (IllegalArgumentException e) {
        Event end = Lifecycle.tooLarge(next.run(), String.valueOf(e.getMessage()));
        return outbox().draft(Topic.ATTEMPTS_ENDED, "ended/" + next.run() + "/too-large", end);
      }
    }

    private static Event.AttemptSubmitted again(Event.AttemptSubmitted lost) {
      return new Event.AttemptSubmitted(lost.run().next(), null, lost.turn(), lost.spec());
    }

    private Event.AttemptSubmitted read(byte[] kept) {
      try {
        return (Event.AttemptSubmitted) reader.read(Topic.ATTEMPTS_SUBMITTED, kept);
      } catch (UnreadableFactException e) {
        throw new IllegalStateException("it was read before it was kept", e);
      }
    }

    private Outbox outbox() {
      return new Outbox(LifecycleDecider.NAME, wire, context());
    }

    private KeyValueStore<String, TaskView> views() {
      return context().getStateStore(TaskFold.STORE);
    }

    private KeyValueStore<String, byte[]> store(String name) {
      return context().getStateStore(name);
    }
  }
}
