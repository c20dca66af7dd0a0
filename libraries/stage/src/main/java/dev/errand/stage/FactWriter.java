package dev.errand.stage;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.RecordHeader;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.wire.Headers;
import dev.errand.schemas.wire.Wire;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends facts. What {@link #append} returned for lies on all replicas; what {@link #appendLive}
 * took may be lost. Safe for any thread.
 */
public final class FactWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FactWriter.class);

  /** A fact, its frame, and what its headers may add; more is refused by the broker as well. */
  static final int MAX_RECORD_BYTES = Topic.MAX_EVENT_BYTES + 64 * 1024;

  private static final int LIVE_BUFFER_BYTES = 8 << 20; // what a broker's hiccup may hold up
  private static final int LIVE_BLOCK_MILLIS = 100; // then a live fact is left out
  private static final Duration CLOSE = Duration.ofSeconds(5);
  private static final List<Topic> LIVE =
      List.of(Topic.ATTEMPTS_PROGRESSED, Topic.ATTEMPTS_LOGGED, Topic.NODES);

  private final Wire wire;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaProducer<byte[], byte[]> live;
  private final @Nullable Duration patience; // null waits for ever

  private FactWriter(FactWriter other, Duration patience) {
    this.wire = other.wire;
    this.producer = other.producer;
    this.live = other.live;
    this.patience = patience;
  }

  public FactWriter(KafkaConnection connection, Wire wire) {
    this.wire = wire;
    this.patience = null;
    this.producer =
        new KafkaProducer<>(
            connection.with(
                Map.of(
                    "acks",
                    "all",
                    "enable.idempotence",
                    true,
                    "linger.ms",
                    0, // whoever appends waits for it
                    "max.block.ms",
                    Long.MAX_VALUE,
                    "delivery.timeout.ms",
                    Integer.MAX_VALUE, // retries until it is told to stop
                    "request.timeout.ms",
                    15_000,
                    "reconnect.backoff.max.ms",
                    1_000,
                    "max.request.size",
                    MAX_RECORD_BYTES)),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.live =
        new KafkaProducer<>(
            connection.with(
                Map.of(
                    "acks",
                    "1",
                    "enable.idempotence",
                    false,
                    "linger.ms",
                    20, // a watcher does not see it, and a chatty log is one request
                    "max.block.ms",
                    LIVE_BLOCK_MILLIS,
                    "metadata.max.idle.ms",
                    // Or the first fact after a pause would be left out. Kafka adds it to the
                    // clock:
                    // what overflows there makes every topic forgotten at once.
                    Duration.ofDays(365).toMillis(),
                    "delivery.timeout.ms",
                    30_000,
                    "request.timeout.ms",
                    15_000,
                    "reconnect.backoff.max.ms",
                    1_000,
                    "buffer.memory",
                    LIVE_BUFFER_BYTES)),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    Thread.ofVirtual().start(this::meetTopics);
  }

  /**
   * The same writer for callers who have somebody waiting: its appends throw BROKER_UNAVAILABLE
   * when they have taken so long, and the fact may be appended all the same. Not to be closed.
   */
  public FactWriter within(Duration time) {
    return new FactWriter(this, time);
  }

  /** Has the live producer ask for its topics early, so that the first facts need not wait. */
  private void meetTopics() {
    for (Topic topic : LIVE) {
      try {
        live.partitionsFor(topic.pattern());
      } catch (KafkaException e) {
        LOG.debug("{} is not known yet: {}", topic.pattern(), e.toString());
      }
    }
  }

  /**
   * Appends a fact and returns when all replicas have it; waits for the broker as long as it takes.
   * The current trace goes along.
   *
   * @param id the same for whoever repeats this
   * @throws InterruptedException when the thread is interrupted; the fact may be appended all the
   *     same
   * @throws IllegalArgumentException when the fact is too large, or of another topic
   */
  public Position append(Topic topic, EventId id, Event fact) throws InterruptedException {
    return append(topic, fact, id, wire.encode(fact));
  }

  /**
   * Appends a fact as {@link #append(Topic, EventId, Event)}, with more headers, such as a
   * signature over its bytes.
   *
   * @param value the fact's frame, as {@link Wire#encode} makes it
   */
  public Position append(Event fact, EventId id, byte[] value, List<RecordHeader> headers)
      throws InterruptedException {
    Topic topic = topicOf(fact);
    ProducerRecord<byte[], byte[]> entry = entry(topic, fact, id, value);
    headers.forEach(header -> entry.headers().add(header.name(), header.value().toBytes()));
    return append(entry);
  }

  private static Topic topicOf(Event fact) {
    return Arrays.stream(Topic.values())
        .filter(topic -> topic.event().isInstance(fact))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no topic takes this fact"));
  }

  /** Appends a fact whose bytes have been made before: the same again, whoever repeats it. */
  Position append(Topic topic, Event fact, EventId id, byte[] value) throws InterruptedException {
    return append(entry(topic, fact, id, value));
  }

  private static ProducerRecord<byte[], byte[]> entry(
      Topic topic, Event fact, EventId id, byte[] value) {
    ProducerRecord<byte[], byte[]> entry =
        new ProducerRecord<>(nameFor(topic, fact), bytes(fact.key()), value);
    entry.headers().add(Headers.EVENT_ID, bytes(id.toString()));
    addTrace(entry);
    return entry;
  }

  private static void addTrace(ProducerRecord<byte[], byte[]> entry) {
    W3CTraceContextPropagator.getInstance()
        .inject(
            Context.current(),
            entry,
            (carrier, name, text) -> {
              if (carrier != null && name.equals(Headers.TRACE_PARENT)) {
                carrier.headers().add(name, bytes(text));
              }
            });
  }

  /** Appends a record as it is. */
  Position append(ProducerRecord<byte[], byte[]> entry) throws InterruptedException {
    if (patience == null) {
      return send(entry);
    }
    FutureTask<Position> sent = new FutureTask<>(() -> send(entry));
    Thread.ofVirtual().name("append-" + entry.topic()).start(sent);
    try {
      return sent.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE,
          "the broker has not answered in %d s; what was asked for may be done all the same"
              .formatted(patience.toSeconds()),
          e);
    } catch (ExecutionException e) {
      throw new KafkaException("cannot append to " + entry.topic(), e.getCause());
    } finally {
      sent.cancel(true);
    }
  }

  private Position send(ProducerRecord<byte[], byte[]> entry) throws InterruptedException {
    while (true) {
      try {
        RecordMetadata written = producer.send(entry).get();
        return new Position(written.topic(), written.partition(), written.offset());
      } catch (InterruptException e) {
        throw interrupted(e);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof RetriableException)) {
          throw new KafkaException("cannot append to " + entry.topic(), e.getCause());
        }
        LOG.warn("Appending to {} again: {}", entry.topic(), e.getCause().toString());
      }
    }
  }

  /**
   * Appends a fact that only whoever watches now would miss; waits at most 0.1 s, and may lose it.
   * The current trace goes along.
   */
  public void appendLive(Topic topic, Event fact) {
    ProducerRecord<byte[], byte[]> entry =
        new ProducerRecord<>(nameFor(topic, fact), bytes(fact.key()), wire.encode(fact));
    addTrace(entry);
    try {
      var _ =
          live.send(
              entry,
              (written, failure) -> {
                if (failure != null) {
                  LOG.debug("A live fact was lost: {}", failure.toString());
                }
              });
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      LOG.debug("A live fact was lost: {}", e.toString());
    }
  }

  private static String nameFor(Topic topic, Event fact) {
    if (!topic.event().isInstance(fact)) {
      throw new IllegalArgumentException(
          topic.pattern() + " holds no " + fact.getClass().getSimpleName());
    }
    return fact instanceof Event.OnNode onNode ? topic.on(onNode.node()) : topic.pattern();
  }

  private static InterruptedException interrupted(InterruptException cause) {
    Thread.interrupted(); // Kafka sets it, the checked exception says it
    InterruptedException interrupted = new InterruptedException("while appending");
    interrupted.initCause(cause);
    return interrupted;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Override
  public void close() {
    live.close(CLOSE);
    producer.close(CLOSE);
  }
}
