package dev.errand.stage;

import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Held;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.UnreadableFactException.Reason;
import dev.errand.stage.Job.Stop;
import dev.errand.stage.RunLease.Drawn;
import dev.errand.stage.StageHost.Step;
import dev.errand.stage.trace.TaskTrace;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records that one runner is working on, each on a virtual thread; of two about the same run,
 * one waits for the other. Safe for any thread.
 */
final class Works implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Works.class);
  private static final Duration SCHEMA_PAUSE = Duration.ofSeconds(5);

  private final StageHost host;
  private final Stage<?, ?> stage;
  private final StageSpec<?, ?> spec;
  private final NewerSchemas schemas;
  private final Set<Work> all = ConcurrentHashMap.newKeySet();
  private final Map<String, Work> byKey = new ConcurrentHashMap<>();
  private final ScheduledThreadPoolExecutor clock =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("stage-deadlines").factory());

  Works(StageHost host, Stage<?, ?> stage) {
    this.host = host;
    this.stage = stage;
    this.spec = stage.spec();
    this.schemas = new NewerSchemas(host);
    clock.setRemoveOnCancelPolicy(true);
    host.ledger().onNews(this::stopIfOver);
  }

  private void stopIfOver(RunId news) {
    for (Work work : byKey.values()) {
      if (work.run.filter(run -> run.attempt().equals(news.attempt())).isPresent()
          && host.ledger().isOver(work.run.get())) {
        work.stop(Stop.ENDED);
      }
    }
  }

  /**
   * Starts to work on a record; {@code done} is called on its thread when nothing runs any more.
   */
  Work begin(ConsumerRecord<byte[], byte[]> entry, Consumer<Work> done) {
    Work work = new Work(entry);
    all.add(work);
    work.thread =
        Thread.ofVirtual()
            .name(spec.name() + "-" + entry.offset())
            .unstarted(
                () -> {
                  try {
                    work.result = resultOf(work);
                  } finally {
                    all.remove(work);
                    work.gone.countDown();
                    done.accept(work);
                  }
                });
    work.thread.start();
    return work;
  }

  int size() {
    return all.size();
  }

  /**
   * Whether a fact has been drawn and not been read, for a moment or until a newer writer's schema
   * comes: nobody knows yet what room it takes, so nothing more is drawn.
   */
  boolean isReading() {
    return all.stream().anyMatch(work -> !work.isRead);
  }

  /** The runs that are worked on. */
  List<Held> held() {
    return byKey.values().stream()
        .map(work -> work.run)
        .flatMap(Optional::stream)
        .map(run -> new Held(run, spec.name()))
        .toList();
  }

  void stopAll(Stop reason) {
    all.forEach(work -> work.stop(reason));
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  /** One record that is worked on. */
  static final class Work {
    private final ConsumerRecord<byte[], byte[]> entry;
    private final CountDownLatch gone = new CountDownLatch(1);
    private Thread thread = Thread.currentThread(); // replaced before anybody sees it
    private volatile Optional<RunId> run = Optional.empty();
    private volatile boolean isRead;
    private volatile Optional<AcknowledgeType> result = Optional.empty();
    private @Nullable Job<?, ?> job; // guarded by this, like the one below
    private @Nullable Stop stop;

    private Work(ConsumerRecord<byte[], byte[]> entry) {
      this.entry = entry;
    }

    ConsumerRecord<byte[], byte[]> entry() {
      return entry;
    }

    /** How the record is to be acknowledged, once it is done; empty if it is no longer ours. */
    Optional<AcknowledgeType> result() {
      return result;
    }

    synchronized void stop(Stop reason) {
      if (stop == null || stop.compareTo(reason) < 0) {
        stop = reason;
        if (job != null) {
          job.stop(reason);
        } else if (reason.compareTo(Stop.TIMED_OUT) > 0) {
          thread.interrupt(); // it waits, for its turn or a schema
        }
      }
    }

    private synchronized void attach(Job<?, ?> newJob) {
      job = newJob;
      if (stop != null) {
        job.stop(stop);
      }
    }

    private synchronized Optional<AcknowledgeType> stopped() {
      return stop == Stop.LEASE_LOST ? Optional.empty() : Optional.of(AcknowledgeType.RELEASE);
    }

    private boolean isSameRecord(Work other) {
      return entry.partition() == other.entry.partition() && entry.offset() == other.entry.offset();
    }
  }

  private Optional<AcknowledgeType> resultOf(Work work) {
    try {
      host.probe().at(spec.name(), Step.DRAWN);
      Event fact = read(work);
      if (!spec.takes().isInstance(fact)) {
        return poison(work, "it holds " + fact.getClass().getSimpleName());
      }
      return inTurn(work, Drawn.of(work.entry, fact));
    } catch (UnreadableFactException e) {
      return poison(work, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      return work.stopped();
    } catch (RuntimeException
        | Error e) { // the last resort: the record comes again, at most ten times
      LOG.error("{}: cannot even fail with {}", spec.name(), positionOf(work), e);
      return Optional.of(AcknowledgeType.RELEASE);
    }
  }

  private Optional<AcknowledgeType> inTurn(Work work, Drawn drawn) throws InterruptedException {
    work.run = Optional.ofNullable(drawn.run());
    Work other = byKey.putIfAbsent(drawn.key(), work);
    work.isRead = true; // held() counts its run, here or with the other
    while (other != null) {
      if (other.isSameRecord(work)) {
        other.stop(Stop.LEASE_LOST); // or it would not have come again
      }
      other.gone.await();
      byKey.remove(drawn.key(), other);
      other = byKey.putIfAbsent(drawn.key(), work);
    }
    try {
      return traced(work, stage, drawn);
    } finally {
      byKey.remove(drawn.key(), work);
    }
  }

  private <I extends Event, O extends Event> Optional<AcknowledgeType> traced(
      Work work, Stage<I, O> ours, Drawn drawn) {
    Span span =
        host.telemetry()
            .getTracer("dev.errand.stage")
            .spanBuilder(spec.name().value())
            .setParent(TaskTrace.of(work.entry, drawn.fact()))
            .setSpanKind(SpanKind.CONSUMER)
            .setAttribute("errand.key", drawn.key())
            .startSpan();
    Deadline deadline = new Deadline(work);
    try (Scope _ = span.makeCurrent()) {
      Job<I, O> job = new Job<>(host, ours, drawn, deadline);
      work.attach(job);
      return job.run();
    } finally {
      deadline.cancel();
      span.end();
    }
  }

  /** Stops a work that takes too long. */
  private final class Deadline implements Consumer<Duration> {
    private final Work work;
    private final CountDownLatch over = new CountDownLatch(1);

    Deadline(Work work) {
      this.work = work;
    }

    @Override
    public void accept(Duration left) {
      var _ =
          clock.schedule(
              () -> {
                if (over.getCount() > 0) {
                  work.stop(Stop.TIMED_OUT);
                }
              },
              left.toMillis(),
              TimeUnit.MILLISECONDS);
    }

    void cancel() {
      over.countDown();
    }
  }

  /**
   * The fact in the record. A newer writer's, whose schema is on its way, holds up the stage until
   * it can be read; from a stranger it is poison, or anybody could hold up everybody.
   */
  private Event read(Work work) throws UnreadableFactException, InterruptedException {
    byte[] value = work.entry.value() == null ? new byte[0] : work.entry.value();
    boolean looked = false;
    while (true) {
      try {
        return host.wire().decode(spec.input(), value);
      } catch (UnreadableFactException e) {
        if (e.reason() == Reason.MALFORMED || (looked && spec.input().isPublic())) {
          throw e;
        }
        work.isRead = spec.input().isPublic(); // most likely poison: the others are not to wait
        looked = looked ? stall(work) : schemas.learn();
      }
    }
  }

  private boolean stall(Work work) throws InterruptedException {
    LOG.error("{}: draws nothing until the schema of {} is known", spec.name(), positionOf(work));
    boolean _ = work.gone.await(SCHEMA_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    return schemas.learn();
  }

  private Optional<AcknowledgeType> poison(Work work, String why) {
    Failure cause =
        Failure.of(FailureCode.POISON, "%s is no fact: %s".formatted(positionOf(work), why));
    LOG.error("{}: {}", spec.name(), cause.message());
    try {
      DeadLetters.append(host.writer(), work.entry, spec.name(), cause);
      return Optional.of(AcknowledgeType.REJECT);
    } catch (InterruptedException e) {
      return work.stopped();
    }
  }

  private static String positionOf(Work work) {
    return work.entry.topic() + ":" + work.entry.partition() + ":" + work.entry.offset();
  }
}
