package dev.errand.views.deciders;

import dev.errand.schemas.Data;
import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.RecordHeader;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.wire.Headers;
import dev.errand.schemas.wire.Wire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a decider appends: framed facts with their ids, and dead letters. On the stream thread. */
final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  private final StageName decider;
  private final Wire wire;
  private final ProcessorContext<byte[], byte[]> context;

  Outbox(StageName decider, Wire wire, ProcessorContext<byte[], byte[]> context) {
    this.decider = decider;
    this.wire = wire;
    this.context = context;
  }

  /** Adds the ways out of the processor with this name. */
  static void addSinks(Topology topology, String processor, Topic... topics) {
    for (Topic topic : topics) {
      topology.addSink(
          sink(topic),
          topic.pattern(),
          new ByteArraySerializer(),
          new ByteArraySerializer(),
          processor);
    }
  }

  private static String sink(Topic topic) {
    return "to-" + topic.pattern();
  }

  /** A fact that is framed and ready to be appended. */
  record Draft(Topic topic, EventId id, Data key, Data value) {}

  /**
   * Frames a fact.
   *
   * @param name of the decision, unique among this decider's; the fact's id derives from it
   * @throws IllegalArgumentException when the fact is larger than a topic takes
   */
  Draft draft(Topic topic, String name, Event fact) {
    return new Draft(
        topic,
        EventId.of(decider.value() + "/" + name),
        Data.of(fact.key()),
        Data.of(wire.encode(fact)));
  }

  /** Appends the draft in the trace of the record that led to it. */
  void append(Draft draft, Record<byte[], byte[]> cause) {
    append(draft, traceOf(cause));
  }

  /** What a record's header says of its trace; null when it says nothing. */
  static byte @Nullable [] traceOf(Record<byte[], byte[]> record) {
    Header trace = record.headers().lastHeader(Headers.TRACE_PARENT);
    return trace == null ? null : trace.value();
  }

  /** Appends the draft in this trace, or in none. */
  void append(Draft draft, byte @Nullable [] trace) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(Headers.EVENT_ID, draft.id().toString().getBytes(StandardCharsets.UTF_8));
    if (trace != null) {
      headers.add(Headers.TRACE_PARENT, trace);
    }
    context.forward(
        new Record<>(
            draft.key().toBytes(), draft.value().toBytes(), context.currentSystemTimeMs(), headers),
        sink(draft.topic()));
  }

  /**
   * Keeps a record that is no fact, with the reason; only logs it when it is too large for that.
   */
  void deadLetter(RecordMetadata place, Record<byte[], byte[]> record, String reason) {
    LOG.warn(
        "{}-{} at offset {} is no fact: {}",
        place.topic(),
        place.partition(),
        place.offset(),
        reason);
    List<RecordHeader> headers = new ArrayList<>();
    for (Header header : record.headers()) {
      if (header.value() != null) {
        headers.add(new RecordHeader(header.key(), Data.of(header.value())));
      }
    }
    byte[] key = record.key();
    byte[] value = record.value();
    Event.DeadLettered letter =
        new Event.DeadLettered(
            place.topic(),
            place.partition(),
            place.offset(),
            decider,
            key == null ? null : Data.of(key),
            Data.of(value == null ? new byte[0] : value),
            headers,
            Failure.of(FailureCode.POISON, reason));
    try {
      append(draft(Topic.DEAD_LETTERS, "dead-letter/" + letter.key(), letter), record);
    } catch (IllegalArgumentException e) {
      LOG.error("{} is too large for a dead letter and is dropped", letter.key(), e);
    }
  }
}
