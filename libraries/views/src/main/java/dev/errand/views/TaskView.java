package dev.errand.views;

import dev.errand.schemas.EnvironmentSpec.Limits;
import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.TaskId;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is true of one task, folded from its facts.
 *
 * <pre>
 *   (no fact) ── admitted ──▶ QUEUED ── a node takes an attempt ──▶ RUNNING
 *       │                       │                                      │
 *       │ rejected              └───────── every attempt ended ────────┤ and tasks.completed
 *       ▼                                                              ▼
 *   REJECTED                        one presented: READY   else one failed: FAILED   else CANCELLED
 *
 *   PENDING: facts of its attempts are here already, the admission is not
 *   A follow-up makes it QUEUED or RUNNING once more.
 *   An attempt ({@link AttemptView}):
 *   QUEUED ─▶ PLACED ─▶ CONTAINER_CREATED ─▶ CHECKED_OUT ─▶ SET_UP ─▶ EXECUTED
 *      └────────┴──────────────┴──────────────────┴────────────┴─────────┴──▶ PRESENTED
 *                              attempts.ended, from anywhere, for good ──▶ or FAILED, CANCELLED
 * </pre>
 *
 * <p>Facts come from a dozen topics: out of order, twice, and again after a restart. So this is no
 * script but a join. Each fact is a small view ({@link #of}), and {@link #join} is commutative,
 * associative and idempotent: whatever the order and however often, the same facts give the same
 * view. Three rules do it: the record with the lowest offset decides what must be decided once
 * (admission, owner of a run, end), the later turn and run hides the earlier, and within a run the
 * furthest stage counts. A property test holds this.
 *
 * <p>Immutable. The text of a patch is left out ({@code inline} is null): it lies in the artifact
 * store under the patch's digest.
 *
 * @param cancels at most one for each attempt and one for all, by attempt number
 * @param attempts those that are known so far, by number
 * @param updatedAt when the youngest of the facts was appended
 */
public record TaskView(
    TaskId task,
    @Nullable Admitted admitted,
    @Nullable Rejected rejected,
    List<Cancel> cancels,
    List<AttemptView> attempts,
    @Nullable Completed completed,
    Instant updatedAt) {

  /** Where a task is, for whoever waits for it. */
  public enum State {
    PENDING,
    QUEUED,
    RUNNING,
    READY,
    FAILED,
    CANCELLED,
    REJECTED;

    /** Whether nothing more happens unless somebody asks for it. */
    public boolean isTerminal() {
      return this == READY || this == FAILED || this == CANCELLED || this == REJECTED;
    }
  }

  /** What admission let in; the parts of the task's spec that are asked for. */
  public record Admitted(
      Origin origin,
      Owner owner,
      String prompt,
      EnvironmentId environment,
      int environmentVersion,
      RefName branch,
      CommitSha commit,
      int attempts,
      Limits limits)
      implements Sited {
    static Admitted of(TaskSpec spec, Origin origin) {
      return new Admitted(
          origin,
          spec.owner(),
          spec.prompt(),
          spec.environment().id(),
          spec.environment().version(),
          spec.branch(),
          spec.commit(),
          spec.attempts(),
          spec.environment().limits());
    }
  }

  /** What admission refused, and why. */
  public record Rejected(
      Origin origin, Owner owner, EnvironmentId environment, String prompt, Failure failure)
      implements Sited {}

  /** Somebody wants one attempt to end, or all of them: attempt 0. */
  public record Cancel(Origin origin, int attempt, Owner by) implements Sited {}

  public TaskView {
    cancels = List.copyOf(cancels);
    attempts = List.copyOf(attempts);
  }

  /** This view with one more fact about its task; the same view when the fact says nothing new. */
  public TaskView apply(Event fact, Origin origin) {
    return of(fact, origin).map(this::join).orElse(this);
  }

  /** The view that one fact gives on its own; empty for what no task's view holds. */
  public static Optional<TaskView> of(Event fact, Origin origin) {
    return switch (fact) {
      case Event.TaskAdmitted f -> Optional.of(of(f, origin));
      case Event.TaskRejected f -> Optional.of(of(f, origin));
      case Event.CancelRequested f -> Optional.of(of(f, origin));
      case Event.TaskCompleted f -> Optional.of(of(f, origin));
      case Event.OfRun f ->
          AttemptView.of(f, origin)
              .map(
                  view ->
                      new TaskView(
                          f.task(), null, null, List.of(), List.of(view), null, origin.at()));
      // Before admission, of no single task, or asked of the deciders.
      case Event.TaskRequested _,
          Event.TaskResolved _,
          Event.NodeReported _,
          Event.EnvironmentDefined _,
          Event.SnapshotChanged _,
          Event.SecretSealed _,
          Event.GitCredentialSealed _,
          Event.SchemaRegistered _,
          Event.DeadLettered _,
          Event.Unknown _ ->
          Optional.empty();
    };
  }

  private static TaskView of(Event.TaskAdmitted fact, Origin origin) {
    Admitted admitted = Admitted.of(fact.spec(), origin);
    return new TaskView(fact.task(), admitted, null, List.of(), List.of(), null, origin.at());
  }

  private static TaskView of(Event.TaskRejected fact, Origin origin) {
    Rejected rejected =
        new Rejected(origin, fact.owner(), fact.environment(), fact.prompt(), fact.failure());
    return new TaskView(fact.task(), null, rejected, List.of(), List.of(), null, origin.at());
  }

  private static TaskView of(Event.CancelRequested fact, Origin origin) {
    Cancel cancel = new Cancel(origin, fact.attempt(), fact.by());
    return new TaskView(fact.task(), null, null, List.of(cancel), List.of(), null, origin.at());
  }

  private static TaskView of(Event.TaskCompleted fact, Origin origin) {
    Completed completed = new Completed(origin, fact.best(), fact.turns());
    return new TaskView(fact.task(), null, null, List.of(), List.of(), completed, origin.at());
  }

  /**
   * All that either view knows.
   *
   * @throws IllegalArgumentException when the other is another task's
   */
  public TaskView join(TaskView other) {
    if (!task.equals(other.task)) {
      throw new IllegalArgumentException("%s is not %s".formatted(other.task, task));
    }
    return new TaskView(
        task,
        Sited.first(admitted, other.admitted),
        Sited.first(rejected, other.rejected),
        joined(cancels, other.cancels, Cancel::attempt, Sited::first),
        joined(attempts, other.attempts, AttemptView::number, AttemptView::join),
        Completed.newer(completed, other.completed),
        updatedAt.isAfter(other.updatedAt) ? updatedAt : other.updatedAt);
  }

  private static <T> List<T> joined(
      List<T> ones, List<T> others, Function<T, Integer> number, BinaryOperator<T> join) {
    TreeMap<Integer, T> byNumber = new TreeMap<>();
    Stream.concat(ones.stream(), others.stream())
        .forEach(part -> byNumber.merge(number.apply(part), part, join));
    return List.copyOf(byNumber.values());
  }

  /** Where the task is; see the diagram above. */
  public State state() {
    if (admitted == null) {
      return rejected == null ? State.PENDING : State.REJECTED;
    }
    if (isComplete() && isEveryAttemptOver()) {
      return outcome();
    }
    return attempts.stream().anyMatch(a -> a.state().compareTo(AttemptView.State.QUEUED) > 0)
        ? State.RUNNING
        : State.QUEUED;
  }

  private State outcome() {
    if (attempts.stream().anyMatch(a -> a.state() == AttemptView.State.PRESENTED)) {
      return State.READY;
    }
    return attempts.stream().anyMatch(a -> a.state() == AttemptView.State.FAILED)
        ? State.FAILED
        : State.CANCELLED;
  }

  /** Whether all attempts that admission asked for have ended. */
  public boolean isEveryAttemptOver() {
    return admitted != null
        && attempts.stream().filter(AttemptView::isOver).count() >= admitted.attempts();
  }

  /** Turns that all attempts have had together, those that go on included. */
  public int turns() {
    return attempts.stream().mapToInt(attempt -> attempt.run().turn()).sum();
  }

  /** Whether the decider has said that the attempts' newest turns are over. */
  public boolean isComplete() {
    return admitted != null && completed != null && completed.covers(turns(), admitted.attempts());
  }

  /** The attempt with this number, from 1. */
  public Optional<AttemptView> attempt(int number) {
    return attempts.stream().filter(attempt -> attempt.number() == number).findFirst();
  }

  /** Whose task it is; null while it is {@link State#PENDING}. */
  public @Nullable Owner owner() {
    return admitted != null ? admitted.owner() : rejected == null ? null : rejected.owner();
  }

  /** Where it runs; null while it is {@link State#PENDING}. */
  public @Nullable EnvironmentId environment() {
    if (admitted != null) {
      return admitted.environment();
    }
    return rejected == null ? null : rejected.environment();
  }

  /** The first turn's prompt; empty while it is {@link State#PENDING}. */
  public String prompt() {
    return admitted != null ? admitted.prompt() : rejected == null ? "" : rejected.prompt();
  }

  /** The prompt's first line that says something. */
  public String title() {
    return TaskSpec.titleOf(prompt());
  }

  /** When the task's id was made. */
  public Instant createdAt() {
    return task.createdAt();
  }

  /** When the task came to its end; null while it has none. */
  public @Nullable Instant completedAt() {
    return switch (state()) {
      case PENDING, QUEUED, RUNNING -> null;
      case READY, FAILED, CANCELLED -> completed == null ? null : completed.origin().at();
      case REJECTED -> rejected == null ? null : rejected.origin().at();
    };
  }

  /** The attempt that `apply` takes; empty until the task is ready, or when none has a diff. */
  public Optional<AttemptView> best() {
    return state() != State.READY || completed == null
        ? Optional.empty()
        : attempt(completed.best());
  }

  /** Why the task came to nothing: the refusal, or the first failed attempt's failure. */
  public @Nullable Failure failure() {
    return switch (state()) {
      case PENDING, QUEUED, RUNNING, READY, CANCELLED -> null;
      case REJECTED -> rejected == null ? null : rejected.failure();
      case FAILED ->
          attempts.stream()
              .map(AttemptView::failure)
              .filter(Objects::nonNull)
              .findFirst()
              .orElse(null);
    };
  }
}
