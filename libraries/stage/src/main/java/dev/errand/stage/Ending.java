package dev.errand.stage;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.FailureKind;
import dev.errand.schemas.Topic;
import dev.errand.schemas.Verdict;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.wire.Headers;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.stage.RunLease.Drawn;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a job ends that makes no fact: given away, a dead letter, or the end of its run. */
final class Ending<I extends Event, O extends Event> {
  private static final Logger LOG = LoggerFactory.getLogger(Ending.class);
  private static final int TRACE_LINES = 30;

  private final StageHost host;
  private final Stage<I, O> stage;
  private final StageSpec<I, O> spec;
  private final Drawn drawn;
  private @Nullable RunLease lease;

  Ending(StageHost host, Stage<I, O> stage, Drawn drawn) {
    this.host = host;
    this.stage = stage;
    this.spec = stage.spec();
    this.drawn = drawn;
  }

  /** From now on an end carries the logs of this lease. */
  void with(RunLease newLease) {
    lease = newLease;
  }

  /**
   * Whether this thread tries again: a few times, and until there is room where only that lacks and
   * nobody else may take the run. Whoever waits for a run holds it; the run's deadline bounds it.
   */
  boolean isTriedAgain(ErrandException e, int attempts) {
    return waitsForRoom(e)
        || (Verdict.on(e.code()).retried() && attempts < host.settings().attemptsInPlace());
  }

  private boolean waitsForRoom(ErrandException e) {
    return lacksRoom(e) && drawn.run() != null && !mayGoElsewhere();
  }

  private static boolean lacksRoom(ErrandException e) {
    return e.code().kind() == FailureKind.CAPACITY;
  }

  /** A run that this node owns is nobody else's: whoever drew it would take it for done. */
  private boolean mayGoElsewhere() {
    return !spec.input().isOfNode()
        && drawn.run() != null
        && !host.ledger().owner(drawn.run()).equals(Optional.of(host.node()));
  }

  /** Tells whoever watches, once, that the work stands still and what it needs. */
  void tellOfWait(ErrandException e, int attempts) {
    if (attempts == 1 && lacksRoom(e) && lease != null) {
      lease.progress(
          new Event.Progress.Noticed(
              "waiting: %s; perhaps you should %s"
                  .formatted(e.failure().message(), e.code().hint())));
    }
  }

  /** Doubles with each attempt, up to the limit; a random half of it, so that jobs spread. */
  Duration pauseAfter(int attempts) {
    long max = host.settings().maxBackoff().toMillis();
    long doubled = host.settings().backoff().toMillis() << Math.min(attempts - 1, 20);
    long millis = Math.min(max, doubled);
    return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
  }

  /** Gives the fact up on this node: to another one if one may take it, else its run ends. */
  AcknowledgeType give(ErrandException e) throws InterruptedException {
    Verdict verdict = Verdict.on(e.code());
    boolean again = lacksRoom(e) || drawn.deliveries() <= host.settings().attemptsElsewhere();
    if (verdict.retried() && mayGoElsewhere() && again) {
      LOG.warn("{}: gives {} back: {}", spec.name(), drawn.key(), e.getMessage());
      return AcknowledgeType.RELEASE;
    }
    return fail(e.failure(), verdict.deadLettered() ? withTrace(e.failure(), e) : null);
  }

  AcknowledgeType bug(Throwable mistake) throws InterruptedException {
    LOG.error("{}: a mistake of ours on {}", spec.name(), drawn.key(), mistake);
    Failure failure =
        Failure.of(FailureCode.BUG, "%s failed with %s".formatted(spec.name(), mistake));
    return fail(failure, withTrace(failure, mistake));
  }

  AcknowledgeType timedOut() throws InterruptedException {
    return fail(
        Failure.of(
            FailureCode.STAGE_TIMED_OUT,
            "%s did not end within %s".formatted(spec.name(), spec.timeout())),
        null);
  }

  /**
   * Appends a copy, which is delivered as often as a new record, before the broker drops this one
   * without a word; but not for ever, as something keeps killing whoever works on it.
   */
  AcknowledgeType requeue() throws InterruptedException {
    int requeued = drawn.requeued() + 1;
    if (requeued > host.settings().maxRequeues()) {
      Failure failure =
          Failure.of(
              FailureCode.BUG,
              "%s was begun and not ended %d times"
                  .formatted(spec.name(), requeued * Drawn.LAST_WORKING_DELIVERY));
      return fail(failure, failure);
    }
    ProducerRecord<byte[], byte[]> copy =
        new ProducerRecord<>(drawn.entry().topic(), drawn.entry().key(), drawn.entry().value());
    drawn.entry().headers().forEach(header -> copy.headers().add(header));
    copy.headers().remove(Headers.REQUEUED);
    copy.headers().add(Headers.REQUEUED, Integer.toString(requeued).getBytes(UTF_8));
    if (copy.headers().lastHeader(Headers.EVENT_ID) == null) {
      copy.headers().add(Headers.EVENT_ID, drawn.id().toString().getBytes(UTF_8));
    }
    host.writer().append(copy);
    LOG.warn("{}: {} was delivered too often, queued anew", spec.name(), drawn.key());
    return AcknowledgeType.ACCEPT;
  }

  /** The output that a journal's bytes are; a mistake of ours when they are none. */
  Event decoded(byte[] kept) {
    try {
      return host.wire().decode(spec.output(), kept);
    } catch (UnreadableFactException e) {
      throw new ErrandException(
          FailureCode.BUG, "the journal holds no fact of " + spec.output().pattern(), e);
    }
  }

  private AcknowledgeType fail(Failure failure, @Nullable Failure cause)
      throws InterruptedException {
    if (cause != null) {
      DeadLetters.append(host.writer(), drawn.entry(), spec.name(), cause);
    }
    EventId id = EventId.of(drawn.outputOf(spec.name()) + ".ended");
    if (drawn.run() == null) {
      Optional<O> refused = stage.refused(spec.takes().cast(drawn.fact()), failure);
      if (refused.isPresent()) {
        host.writer().append(spec.output(), id, refused.get());
      }
    } else if (!host.ledger().isOver(drawn.run())) {
      host.writer()
          .append(
              Topic.ATTEMPTS_ENDED,
              id,
              new Event.AttemptEnded(
                  drawn.run(),
                  host.node(),
                  spec.name(),
                  new Event.Outcome.Failed(failure, null),
                  logs()));
    }
    return cause == null ? AcknowledgeType.ACCEPT : AcknowledgeType.REJECT;
  }

  private List<Event.LogArtifact> logs() {
    List<Event.LogArtifact> logs = new ArrayList<>();
    switch (drawn.fact()) {
      case Event.EnvironmentPrepared fact -> logs.addAll(fact.logs());
      case Event.AgentExecuted fact -> logs.addAll(fact.logs());
      case Event _ -> {} // nothing was logged before
    }
    if (lease != null) {
      logs.addAll(lease.logs());
    }
    return logs;
  }

  private static Failure withTrace(Failure failure, Throwable mistake) {
    StringWriter trace = new StringWriter();
    mistake.printStackTrace(new PrintWriter(trace));
    return new Failure(
        failure.code(), failure.message(), trace.toString().lines().limit(TRACE_LINES).toList());
  }
}
