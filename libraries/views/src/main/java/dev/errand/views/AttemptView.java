package dev.errand.views;

import dev.errand.schemas.Event;
import dev.errand.schemas.Event.LogArtifact;
import dev.errand.schemas.Event.Outcome;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Patch;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is true of one attempt: of its newest run, since a later turn or run hides the earlier ones.
 * A join, as {@link TaskView} says.
 *
 * @param reached how far the run has come, without its end
 * @param since when the oldest fact about the run was appended
 * @param placed which node owns the run; null before that
 * @param work what was last begun; null before that
 * @param stageLogs what stages left before the end, by stage
 * @param ended the run's end; null before that
 * @param asked the message that asked for the turn; null in the first
 */
public record AttemptView(
    RunId run,
    State reached,
    Instant since,
    @Nullable Placed placed,
    @Nullable Work work,
    List<LogArtifact> stageLogs,
    @Nullable Ended ended,
    @Nullable Asked asked) {

  /** How far a run has come; a later constant is further. */
  public enum State {
    /** A message asks for the turn, and the decider has not submitted it yet. */
    REQUESTED,
    QUEUED,
    PLACED,
    CONTAINER_CREATED,
    CHECKED_OUT,
    SET_UP,
    EXECUTED,
    PRESENTED,
    FAILED,
    CANCELLED
  }

  /** The node that took the run. */
  public record Placed(Origin origin, NodeName node) implements Sited {}

  /** The stage that last said that it works on the run. */
  public record Work(Origin origin, StageName stage) implements Sited {}

  /** The run's end, with the stage that ended it unless none did. */
  public record Ended(
      Origin origin, @Nullable StageName stage, Outcome outcome, List<LogArtifact> logs)
      implements Sited {
    public Ended {
      logs = List.copyOf(logs);
    }
  }

  /** A message, whose turn it is; the texts of patches are left out here too. */
  public record Asked(Origin origin, Owner by, String idempotencyKey, Turn turn) implements Sited {}

  public AttemptView {
    stageLogs = List.copyOf(stageLogs);
  }

  /** The view that one fact gives on its own; empty for what no view holds. */
  static Optional<AttemptView> of(Event.OfRun fact, Origin origin) {
    return switch (fact) {
      case Event.TurnRequested f ->
          Optional.of(
              reached(f, State.REQUESTED, List.of(), origin)
                  .with(new Asked(origin, f.by(), f.idempotencyKey(), withoutText(f.turn()))));
      case Event.AttemptSubmitted f -> Optional.of(reached(f, State.QUEUED, List.of(), origin));
      case Event.AttemptPlaced f ->
          Optional.of(
              new AttemptView(
                  f.run(),
                  State.PLACED,
                  origin.at(),
                  new Placed(origin, f.node()),
                  null,
                  List.of(),
                  null,
                  null));
      case Event.ContainerCreated f ->
          Optional.of(reached(f, State.CONTAINER_CREATED, List.of(), origin));
      case Event.RepositoryCheckedOut f ->
          Optional.of(reached(f, State.CHECKED_OUT, List.of(), origin));
      case Event.EnvironmentPrepared f -> Optional.of(reached(f, State.SET_UP, f.logs(), origin));
      case Event.AgentExecuted f -> Optional.of(reached(f, State.EXECUTED, f.logs(), origin));
      case Event.AttemptEnded f ->
          Optional.of(
              new AttemptView(
                  f.run(),
                  State.QUEUED,
                  origin.at(),
                  null,
                  null,
                  List.of(),
                  new Ended(origin, f.stage(), withoutText(f.outcome()), f.logs()),
                  null));
      case Event.AttemptProgressed f -> of(f, origin);
      case Event.AttemptLogged _ -> Optional.empty();
    };
  }

  /** Only that a stage has begun is kept: the rest is read from its topic by whoever watches. */
  private static Optional<AttemptView> of(Event.AttemptProgressed fact, Origin origin) {
    return switch (fact.progress()) {
      case Event.Progress.Started _ ->
          Optional.of(
              new AttemptView(
                  fact.run(),
                  State.QUEUED,
                  origin.at(),
                  null,
                  new Work(origin, fact.stage()),
                  List.of(),
                  null,
                  null));
      case Event.Progress.Noticed _,
          Event.Progress.Said _,
          Event.Progress.Commanded _,
          Event.Progress.Denied _,
          Event.Progress.Unknown _ ->
          Optional.empty();
    };
  }

  private static AttemptView reached(
      Event.OfRun fact, State state, List<LogArtifact> logs, Origin origin) {
    return new AttemptView(
        fact.run(), state, origin.at(), null, null, joined(logs, List.of()), null, null);
  }

  private AttemptView with(@Nullable Asked newAsked) {
    return new AttemptView(run, reached, since, placed, work, stageLogs, ended, newAsked);
  }

  /** All that either view knows of the newer run; what asked for a turn is every run's of it. */
  AttemptView join(AttemptView other) {
    if (!run.equals(other.run)) {
      AttemptView newer = run.supersedes(other.run) ? this : other;
      return run.turn() == other.run.turn() ? newer.with(Sited.first(asked, other.asked)) : newer;
    }
    return new AttemptView(
        run,
        reached.compareTo(other.reached) >= 0 ? reached : other.reached,
        since.isBefore(other.since) ? since : other.since,
        Sited.first(placed, other.placed),
        Sited.last(work, other.work),
        joined(stageLogs, other.stageLogs),
        Sited.first(ended, other.ended),
        Sited.first(asked, other.asked));
  }

  /** One log a stage; of two, which only a repeated stage leaves, the longer. */
  private static List<LogArtifact> joined(List<LogArtifact> ones, List<LogArtifact> others) {
    Comparator<LogArtifact> longest =
        Comparator.comparingLong(LogArtifact::bytes)
            .thenComparing(LogArtifact::digest)
            .thenComparing(LogArtifact::truncated);
    TreeMap<StageName, LogArtifact> byStage = new TreeMap<>();
    Stream.concat(ones.stream(), others.stream())
        .forEach(
            log -> byStage.merge(log.stage(), log, (a, b) -> longest.compare(a, b) >= 0 ? a : b));
    return List.copyOf(byStage.values());
  }

  /** The text of a patch may be 128 KiB: too much for what every fact rewrites. */
  private static Outcome withoutText(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Presented(Patch patch) -> new Outcome.Presented(withoutText(patch));
      case Outcome.Failed(Failure failure, Patch patch) ->
          new Outcome.Failed(failure, patch == null ? null : withoutText(patch));
      case Outcome.Cancelled cancelled -> cancelled;
      case Outcome.Unknown unknown -> unknown;
    };
  }

  private static Turn withoutText(Turn turn) {
    Patch patch = turn.patch();
    return patch == null
        ? turn
        : new Turn(turn.prompt(), withoutText(patch), turn.node(), turn.kept());
  }

  private static Patch withoutText(Patch patch) {
    return new Patch(
        patch.base(),
        patch.digest(),
        patch.bytes(),
        patch.files(),
        patch.linesAdded(),
        patch.linesRemoved(),
        null);
  }

  /** From 1. */
  public int number() {
    return run.attempt().number();
  }

  public boolean isOver() {
    return ended != null;
  }

  /** Where the attempt is, its end included. */
  public State state() {
    if (ended == null) {
      return reached;
    }
    return switch (ended.outcome()) {
      case Outcome.Presented _ -> State.PRESENTED;
      case Outcome.Failed _, Outcome.Unknown _ -> State.FAILED;
      case Outcome.Cancelled _ -> State.CANCELLED;
    };
  }

  /** The stage at work, or the one that ended the run; null while nobody works on it. */
  public @Nullable StageName stage() {
    if (ended != null) {
      return ended.stage();
    }
    return work == null ? null : work.stage();
  }

  /** The node that owns the run; null before one does. */
  public @Nullable NodeName node() {
    return placed == null ? null : placed.node();
  }

  /** When a node took the run; null before that. */
  public @Nullable Instant startedAt() {
    return placed == null ? null : placed.origin().at();
  }

  public @Nullable Instant endedAt() {
    return ended == null ? null : ended.origin().at();
  }

  /** Why the run failed; null unless it did. */
  public @Nullable Failure failure() {
    return switch (ended == null ? null : ended.outcome()) {
      case Outcome.Failed failed -> failed.failure();
      case Outcome.Unknown _ ->
          Failure.of(FailureCode.BUG, "The run ended in a way that this version does not know.");
      case Outcome.Presented _, Outcome.Cancelled _ -> null;
      case null -> null;
    };
  }

  /**
   * The attempt's newest diff, also of a run that failed with one: until this turn has one, what it
   * goes on from. Null when there is none. Its text is null.
   */
  public @Nullable Patch patch() {
    Patch own =
        switch (ended == null ? null : ended.outcome()) {
          case Outcome.Presented presented -> presented.patch();
          case Outcome.Failed failed -> failed.patch();
          case Outcome.Cancelled _, Outcome.Unknown _ -> null;
          case null -> null;
        };
    return own != null || asked == null ? own : asked.turn().patch();
  }

  /** The whole outputs of the stages that have ended, by stage. */
  public List<LogArtifact> logs() {
    return ended == null ? stageLogs : joined(stageLogs, ended.logs());
  }
}
