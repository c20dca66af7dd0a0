package dev.errand.views.deciders;

import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.Topic;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import dev.errand.views.streams.FactReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Admission as a topology. An owner's requests lie in one partition, so that of two with the same
 * key one is the first.
 *
 * <pre>
 *   the key is new, or 7 days old      a spec:     tasks.admitted and attempts.submitted 1..n
 *                                      a refusal:  tasks.rejected
 *   it is this very record's           the same facts again, with the same ids
 *   it is another record's             the same content:  nothing, see originalOf
 *                                      other content:     tasks.rejected, IDEMPOTENCY_CONFLICT
 * </pre>
 */
final class AdmissionTopology {
  /** The store of {@link Accepted}, by owner and key. */
  static final String STORE = "idempotency";

  /** How long a key means the same task. */
  static final Duration KEY_LIFETIME = Duration.ofDays(7);

  private static final Duration PURGE_INTERVAL = Duration.ofHours(1);

  private AdmissionTopology() {}

  static Topology of(Wire wire) {
    Topology topology = new Topology();
    topology.addSource("read-resolved", Topic.TASKS_RESOLVED.pattern());
    topology.addProcessor("decide", () -> new Decide(wire), "read-resolved");
    topology.addStateStore(
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray()),
        "decide");
    Outbox.addSinks(
        topology,
        "decide",
        Topic.TASKS_ADMITTED,
        Topic.TASKS_REJECTED,
        Topic.ATTEMPTS_SUBMITTED,
        Topic.DEAD_LETTERS);
    return topology;
  }

  /** An owner has no slash, so no two pairs have the same key. */
  static String storeKey(Owner owner, String idempotencyKey) {
    return owner.value() + "/" + idempotencyKey;
  }

  private static final class Decide extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final Wire wire;
    private final FactReader reader;

    Decide(Wire wire) {
      this.wire = wire;
      this.reader = new FactReader(wire);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
      super.init(context);
      context.schedule(PURGE_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::purge);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      RecordMetadata place = context().recordMetadata().orElseThrow();
      Outbox outbox = new Outbox(AdmissionDecider.NAME, wire, context());
      try {
        if (reader.read(Topic.TASKS_RESOLVED, record.value()) instanceof Event.TaskResolved fact) {
          decide(fact, place.offset(), outbox).forEach(decided -> outbox.append(decided, record));
        }
      } catch (UnreadableFactException e) {
        outbox.deadLetter(place, record, String.valueOf(e.getMessage()));
      }
    }

    private List<Outbox.Draft> decide(Event.TaskResolved fact, long offset, Outbox outbox) {
      Event.TaskRequested request = fact.request();
      String key = storeKey(request.owner(), request.idempotencyKey());
      Digest digest = Accepted.digestOf(request);
      Instant now = Instant.ofEpochMilli(context().currentSystemTimeMs());
      byte[] stored = store().get(key);
      Accepted first = stored == null ? null : Accepted.of(stored);
      if (first == null || isOver(first, now)) {
        store().put(key, new Accepted(request.task(), digest, offset, now).toBytes());
        return verdict(fact, outbox);
      }
      if (first.offset() == offset) {
        // Read again after a crash: whether the facts were appended then, nobody knows.
        return verdict(fact, outbox);
      }
      if (first.digest().equals(digest)) {
        return List.of();
      }
      Failure conflict =
          Failure.of(
              FailureCode.IDEMPOTENCY_CONFLICT,
              "The idempotency key was used for another request: task " + first.task() + ".");
      return List.of(rejected(request, conflict, outbox));
    }

    private static List<Outbox.Draft> verdict(Event.TaskResolved fact, Outbox outbox) {
      Event.TaskRequested request = fact.request();
      TaskSpec spec = fact.spec();
      if (spec == null) {
        Failure refusal = fact.refusal();
        return List.of(
            rejected(
                request,
                refusal == null
                    ? Failure.of(FailureCode.BUG, "Neither resolved nor refused.")
                    : refusal,
                outbox));
      }
      try {
        return admitted(spec, outbox);
      } catch (IllegalArgumentException e) {
        // The sum of prompt, scripts and variables; each on its own has a limit of its own.
        return List.of(
            rejected(
                request,
                Failure.of(
                    FailureCode.REQUEST_INVALID,
                    "Prompt, scripts and variables do not fit one fact: " + e.getMessage()),
                outbox));
      }
    }

    private static List<Outbox.Draft> admitted(TaskSpec spec, Outbox outbox) {
      List<Outbox.Draft> drafts = new ArrayList<>();
      drafts.add(
          outbox.draft(
              Topic.TASKS_ADMITTED, "admitted/" + spec.task(), new Event.TaskAdmitted(spec)));
      for (int number = 1; number <= spec.attempts(); number++) {
        Event.AttemptSubmitted submitted =
            new Event.AttemptSubmitted(
                spec.task().attempt(number).run(1, 1), null, Turn.first(spec.prompt()), spec);
        drafts.add(
            outbox.draft(Topic.ATTEMPTS_SUBMITTED, "submitted/" + submitted.run(), submitted));
      }
      return drafts;
    }

    private static Outbox.Draft rejected(
        Event.TaskRequested request, Failure failure, Outbox outbox) {
      return outbox.draft(
          Topic.TASKS_REJECTED,
          "rejected/" + request.task(),
          new Event.TaskRejected(
              request.task(), request.owner(), request.environment(), request.prompt(), failure));
    }

    private static boolean isOver(Accepted accepted, Instant now) {
      return accepted.at().plus(KEY_LIFETIME).isBefore(now);
    }

    /** All keys are looked at: what a week leaves is 100 bytes a task. */
    private void purge(long nowMillis) {
      Instant now = Instant.ofEpochMilli(nowMillis);
      try (KeyValueIterator<String, byte[]> entries = store().all()) {
        while (entries.hasNext()) {
          KeyValue<String, byte[]> entry = entries.next();
          if (isOver(Accepted.of(entry.value), now)) {
            store().delete(entry.key);
          }
        }
      }
    }

    private KeyValueStore<String, byte[]> store() {
      return context().getStateStore(STORE);
    }
  }
}
