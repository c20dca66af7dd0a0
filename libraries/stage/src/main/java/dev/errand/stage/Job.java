package dev.errand.stage;

import dev.errand.schemas.Data;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.ids.EventId;
import dev.errand.stage.RunLease.Drawn;
import dev.errand.stage.StageHost.Step;
import dev.errand.stage.journal.Journal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One fact on its way through a stage. What {@link #run} returns is how the input is acknowledged;
 * empty when it must not be, as it is no longer ours.
 *
 * <pre>
 *   over? ------------------------------------------------------------------> ACCEPT
 *   kept in the journal? -------------------------> append the same bytes --> ACCEPT
 *   delivered too often? -------------------------> append a copy ----------> ACCEPT
 *   process --- fact ------> keep --> over? ------> append -----------------> ACCEPT
 *           --- failure ---> again, here or elsewhere, or end the run ------> {@link Ending}
 *   stopped ----------------------------------------------------------------> {@link Stop}
 * </pre>
 */
final class Job<I extends Event, O extends Event> {
  private static final Logger LOG = LoggerFactory.getLogger(Job.class);

  /** However late it is, a restarted job may look whether its work was done meanwhile. */
  private static final Duration GRACE = Duration.ofMinutes(1);

  /** Why a job is to stop; a later one in this list wins over an earlier one. */
  enum Stop {
    /** The run is over: accept, append nothing. */
    ENDED,
    /** The stage's time is up: end the run. */
    TIMED_OUT,
    /** The process closes: give the record back. */
    CLOSED,
    /** The record may be somebody else's by now: say nothing about it. */
    LEASE_LOST
  }

  private final StageHost host;
  private final Stage<I, O> stage;
  private final StageSpec<I, O> spec;
  private final Drawn drawn;
  private final I input;
  private final EventId output;
  private final Ending<I, O> ending;
  private final Consumer<Duration> deadline;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private @Nullable Thread thread; // guarded by this, like the two below
  private @Nullable Stop stop;
  private boolean shielded;

  /**
   * @param deadline arranges for {@link #stop} with TIMED_OUT in so much time
   */
  Job(StageHost host, Stage<I, O> stage, Drawn drawn, Consumer<Duration> deadline) {
    this.host = host;
    this.stage = stage;
    this.spec = stage.spec();
    this.drawn = drawn;
    this.input = spec.takes().cast(drawn.fact());
    this.output = drawn.outputOf(spec.name());
    this.ending = new Ending<>(host, stage, drawn);
    this.deadline = deadline;
  }

  /** Interrupts the work; safe at any time and from any thread. */
  synchronized void stop(Stop reason) {
    if (stop == null || stop.compareTo(reason) < 0) {
      stop = reason;
      stopped.countDown();
      if (thread != null && !shielded) {
        thread.interrupt();
      }
    }
  }

  /** Does everything that is to be done for the fact; on the calling thread, once. */
  Optional<AcknowledgeType> run() {
    synchronized (this) {
      thread = Thread.currentThread();
    }
    try {
      return Optional.of(work());
    } catch (InterruptedException e) {
      return afterStop();
    } finally {
      synchronized (this) {
        thread = null;
      }
    }
  }

  private AcknowledgeType work() throws InterruptedException {
    checkStop();
    if (isOver()) {
      return AcknowledgeType.ACCEPT;
    }
    try {
      return opened().proceed(this);
    } catch (ErrandException e) {
      checkStop();
      return ending.give(e); // the disk, before any work
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError e) {
      checkStop(); // an interrupt comes out of some libraries in disguise
      return ending.bug(e);
    }
  }

  private Opened opened() throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return shielded(this::openJournal);
      } catch (ErrandException e) {
        waitAfter(e, attempt);
      }
    }
  }

  /** Returns when the same is to be tried once more, else throws the failure. */
  private void waitAfter(ErrandException e, int attempt) throws InterruptedException {
    checkStop();
    if (!ending.isTriedAgain(e, attempt)) {
      throw e;
    }
    LOG.warn("{}: {} failed, trying again: {}", spec.name(), drawn.key(), e.getMessage());
    ending.tellOfWait(e, attempt);
    pause(ending.pauseAfter(attempt));
  }

  private AcknowledgeType process(Journal journal) throws InterruptedException {
    RunLease lease = new RunLease(host, spec.name(), drawn, journal.directory());
    ending.with(lease);
    lease.progress(new Event.Progress.Started());
    for (int attempt = 1; ; attempt++) {
      try {
        return finish(journal, stage.process(input, lease));
      } catch (Lease.RunOverException e) {
        LOG.info("{}: {}", spec.name(), e.getMessage());
        return AcknowledgeType.ACCEPT;
      } catch (ErrandException e) {
        waitAfter(e, attempt);
      } catch (InterruptedException e) {
        checkStop();
        return ending.bug(e); // nobody has asked for it
      } finally {
        lease.finish();
      }
    }
  }

  private AcknowledgeType finish(Journal journal, O fact) throws InterruptedException {
    host.probe().at(spec.name(), Step.WORKED);
    byte[] bytes = shielded(() -> journal.keep(output, host.wire().encode(fact)));
    host.probe().at(spec.name(), Step.JOURNALED);
    checkStop();
    return append(fact, bytes);
  }

  private AcknowledgeType append(Event fact, byte[] bytes) throws InterruptedException {
    if (!isOver()) {
      host.writer().append(spec.output(), fact, output, bytes);
      host.probe().at(spec.name(), Step.APPENDED);
    }
    return AcknowledgeType.ACCEPT;
  }

  /** What the journal says of this job when it begins. */
  private record Opened(Journal journal, Optional<Data> kept, Duration left) {
    AcknowledgeType proceed(Job<?, ?> job) throws InterruptedException {
      if (kept.isPresent()) {
        byte[] bytes = kept.get().toBytes();
        LOG.info("{}: appends again what it made for {}", job.spec.name(), job.drawn.key());
        return job.append(job.ending.decoded(bytes), bytes);
      }
      if (job.drawn.isWornOut()) {
        return job.ending.requeue();
      }
      job.deadline.accept(left);
      return job.process(journal);
    }
  }

  private Opened openJournal() {
    Journal journal =
        Journal.open(host.data().resolve(StageRunner.JOURNALS), drawn.key(), spec.name());
    Instant now = host.clock().instant();
    Duration left = Duration.between(now, journal.begun(now).plus(spec.timeout()));
    Duration grace = GRACE.compareTo(spec.timeout()) < 0 ? GRACE : spec.timeout();
    Optional<Data> kept = journal.find(output).map(Data::of);
    return new Opened(journal, kept, left.compareTo(grace) < 0 ? grace : left);
  }

  private boolean isOver() {
    return drawn.run() != null && host.ledger().isOver(drawn.run());
  }

  private Optional<AcknowledgeType> afterStop() {
    Stop reason;
    synchronized (this) {
      reason = stop;
    }
    return switch (reason) {
      case ENDED -> Optional.of(AcknowledgeType.ACCEPT);
      case CLOSED -> Optional.of(AcknowledgeType.RELEASE);
      case TIMED_OUT -> timedOut();
      case LEASE_LOST -> Optional.empty();
      case null -> Optional.of(AcknowledgeType.RELEASE); // nobody has asked for it
    };
  }

  private Optional<AcknowledgeType> timedOut() {
    try {
      Thread.interrupted(); // has been heard
      return Optional.of(ending.timedOut());
    } catch (InterruptedException e) {
      return Optional.empty(); // closing, or no longer ours
    }
  }

  private synchronized void checkStop() throws InterruptedException {
    if (stop != null) {
      throw new InterruptedException(stop.name());
    }
  }

  private void pause(Duration time) throws InterruptedException {
    if (stopped.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new InterruptedException("while waiting to try again");
    }
  }

  /** Keeps interrupts away: on an interrupted thread, Java closes the file that it is writing. */
  private <T> T shielded(Supplier<T> action) throws InterruptedException {
    synchronized (this) {
      shielded = true;
      Thread.interrupted(); // if it was ours, checkStop repeats it
    }
    try {
      return action.get();
    } finally {
      synchronized (this) {
        shielded = false;
      }
    }
  }
}
