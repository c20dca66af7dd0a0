package dev.errand.ingest.tasks;

import dev.errand.artifacts.DiskReserve;
import dev.errand.ingest.access.Caller;
import dev.errand.ingest.access.InboxSignatures;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.TaskRequested;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.Wire;
import dev.errand.stage.FactWriter;
import dev.errand.stage.Position;
import dev.errand.stage.trace.TaskTrace;
import dev.errand.views.TaskView;
import dev.errand.views.Views;
import dev.errand.views.deciders.AdmissionDecider;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Puts requests into the inbox and waits for what admission says. Thread-safe. */
public final class Submissions {
  /** Whoever waits longer is better served by an address to ask at. */
  public static final Duration WAIT = Duration.ofSeconds(10);

  /** How often the original of a repeated request is looked for: no change tells of it. */
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Wire wire;
  private final FactWriter writer;
  private final Views views;
  private final AdmissionDecider admission;
  private final InboxSignatures signatures;
  private final NodeName node;
  private final DiskReserve disk;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /** What a submission needs around it. */
  public record Surroundings(
      Wire wire,
      FactWriter writer,
      Views views,
      AdmissionDecider admission,
      InboxSignatures signatures,
      NodeName node,
      DiskReserve disk,
      InstantSource clock) {}

  public Submissions(Surroundings surroundings) {
    this.wire = surroundings.wire();
    this.writer = surroundings.writer();
    this.views = surroundings.views();
    this.admission = surroundings.admission();
    this.signatures = surroundings.signatures();
    this.node = surroundings.node();
    this.disk = surroundings.disk();
    this.clock = surroundings.clock();
  }

  /**
   * A submission's outcome.
   *
   * @param task the task, or the one that an earlier request with the same key made
   * @param view what admission said; empty when it has said nothing in time
   */
  public record Submitted(TaskId task, Optional<TaskView> view, Position position) {}

  /**
   * Appends the request and waits for admission, at most {@link #WAIT}.
   *
   * @param idempotencyKey null makes every call another task
   * @param traceParent the caller's trace, as its header says it; null is none
   * @throws ErrandException DISK_FULL, or what {@link TaskRules} refuses
   */
  public Submitted submit(
      Caller caller,
      TaskRequest request,
      @Nullable String idempotencyKey,
      @Nullable String traceParent)
      throws InterruptedException {
    disk.requireRoom();
    Instant now = clock.instant();
    TaskId task = TaskId.at(now, random);
    TaskRequested fact =
        new TaskRequested(
            task,
            caller.owner(),
            idempotencyKey == null ? task.value() : idempotencyKey,
            request.environment(),
            request.environmentVersion(),
            request.prompt(),
            request.branch(),
            request.attempts(),
            now);
    TaskRules.check(fact);
    BlockingQueue<TaskView> decided = new ArrayBlockingQueue<>(1);
    try (var _ = views.onChange(view -> offer(decided, view, task))) {
      Position position = TaskTrace.in(traceParent, task, () -> append(caller, fact));
      return await(fact, decided, position);
    }
  }

  private static void offer(BlockingQueue<TaskView> decided, TaskView view, TaskId task) {
    if (view.task().equals(task) && view.state() != TaskView.State.PENDING) {
      var _ = decided.offer(view); // one is all that is waited for
    }
  }

  private Position append(Caller caller, TaskRequested fact) throws InterruptedException {
    byte[] value = wire.encode(fact);
    InboxSignatures.Signed signed = signatures.sign(caller, Topic.TASKS_REQUESTED.on(node), value);
    return writer.append(fact, EventId.of("task " + fact.task()), value, signed.headers());
  }

  private Submitted await(TaskRequested fact, BlockingQueue<TaskView> decided, Position position)
      throws InterruptedException {
    Instant end = clock.instant().plus(WAIT);
    while (clock.instant().isBefore(end)) {
      TaskView view = decided.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      if (view != null) {
        return new Submitted(fact.task(), Optional.of(view), position);
      }
      Optional<TaskView> original =
          admission
              .originalOf(fact)
              .filter(first -> !first.equals(fact.task()))
              .flatMap(views::task)
              .filter(first -> first.state() != TaskView.State.PENDING);
      if (original.isPresent()) {
        return new Submitted(original.get().task(), original, position);
      }
    }
    return new Submitted(fact.task(), Optional.empty(), position);
  }
}
