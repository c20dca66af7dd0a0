package dev.errand.views.deciders;

import dev.errand.schemas.EnvironmentSpec.Limits;
import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.views.AttemptView;
import dev.errand.views.TaskView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The decisions about a task, pure: from what is true of it and what the decider sees. Deciding
 * twice gives the same decision, so a crash costs nothing.
 */
final class Lifecycle {
  /** A stage that has nothing to do takes what waits for it in seconds; services start slower. */
  static final Duration UNHELD = Duration.ofMinutes(5);

  /** Clone, container, diff, and waits between stages: all that no limit of a task counts. */
  static final Duration SLACK = Duration.ofMinutes(15);

  /** Executions of one turn: what loses its node three times is not bad luck. */
  static final int MAX_RUNS = 3;

  private Lifecycle() {}

  /** What the facts ask for. */
  static List<Decision> onFact(TaskView task) {
    List<Decision> decisions = new ArrayList<>();
    for (AttemptView attempt : task.attempts()) {
      if (!attempt.isOver()) {
        cancelOf(task, attempt)
            .<Decision>map(
                cancel -> new Decision.End(attempt, new Event.Outcome.Cancelled(cancel.by())))
            .or(() -> nextTurn(attempt))
            .ifPresent(decisions::add);
      }
    }
    if (task.isEveryAttemptOver() && !task.isComplete()) {
      decisions.add(new Decision.Complete(task, best(task)));
    }
    return decisions;
  }

  private static Optional<Decision> nextTurn(AttemptView attempt) {
    AttemptView.Asked asked = attempt.asked();
    return asked == null || attempt.reached() != AttemptView.State.REQUESTED
        ? Optional.empty()
        : Optional.of(new Decision.Submit(attempt.run(), asked.turn()));
  }

  /** What a turn that no fact can hold ends with: prompt, scripts and variables together. */
  static Event.AttemptEnded tooLarge(RunId run, String why) {
    Failure failure =
        Failure.of(
            FailureCode.PROMPT_TOO_LARGE,
            "The message, the task's prompt, scripts and variables do not fit one fact: " + why);
    return new Event.AttemptEnded(
        run, null, null, new Event.Outcome.Failed(failure, null), List.of());
  }

  private static Optional<TaskView.Cancel> cancelOf(TaskView task, AttemptView attempt) {
    return task.cancels().stream()
        .filter(cancel -> cancel.attempt() == 0 || cancel.attempt() == attempt.number())
        .findFirst();
  }

  /** The lowest attempt that changes something, else the lowest that was presented, else 0. */
  private static int best(TaskView task) {
    List<AttemptView> presented =
        task.attempts().stream()
            .filter(attempt -> attempt.state() == AttemptView.State.PRESENTED)
            .toList();
    return presented.stream()
        .filter(attempt -> attempt.patch() != null && attempt.patch().bytes() > 0)
        .findFirst()
        .or(() -> presented.stream().findFirst())
        .map(AttemptView::number)
        .orElse(0);
  }

  /** Whether the clock can decide something about the task: a node works on one of its runs. */
  static boolean isTimed(TaskView task) {
    return !timed(task).isEmpty();
  }

  /** The attempts of which a run is a node's and goes on. */
  static List<AttemptView> timed(TaskView task) {
    return task.attempts().stream().filter(Lifecycle::isTimed).toList();
  }

  private static boolean isTimed(AttemptView attempt) {
    return !attempt.isOver() && attempt.placed() != null;
  }

  /** What the clock asks for. */
  static List<Decision> onTime(TaskView task, Sight sight) {
    return timed(task).stream()
        .flatMap(
            attempt ->
                nodeLost(attempt, sight)
                    .or(() -> runLost(attempt, sight))
                    .or(() -> timedOut(task, attempt, sight))
                    .stream())
        .toList();
  }

  private static Optional<Decision> nodeLost(AttemptView attempt, Sight sight) {
    NodeName node = attempt.node();
    // Of a node that has never spoken nothing is known: its runs have deadlines like all others.
    Instant heard = node == null ? null : sight.lastHeard().get(node);
    if (heard == null || !later(heard, sight.since()).plus(sight.silence()).isBefore(sight.now())) {
      return Optional.empty();
    }
    return Optional.of(
        againOrFailed(
            attempt,
            FailureCode.NODE_LOST,
            "Node %s has been silent since %s".formatted(node, heard)));
  }

  /** The node speaks, but the run's fact is in none of its queues and no service works on it. */
  private static Optional<Decision> runLost(AttemptView attempt, Sight sight) {
    Instant unheld = sight.unheld().get(attempt.run());
    if (unheld == null || !later(unheld, sight.since()).plus(UNHELD).isBefore(sight.now())) {
      return Optional.empty();
    }
    return Optional.of(
        againOrFailed(
            attempt,
            FailureCode.STAGE_TIMED_OUT,
            "No service of node %s has taken the run from state %s since %s"
                .formatted(attempt.node(), attempt.state(), unheld)));
  }

  /** Only what cannot have had effects outside of its box is done once more. */
  private static Decision againOrFailed(AttemptView attempt, FailureCode code, String message) {
    RunId run = attempt.run();
    boolean agentHasNotStarted = attempt.reached().compareTo(AttemptView.State.SET_UP) < 0;
    if (agentHasNotStarted && run.run() < MAX_RUNS) {
      return new Decision.Rerun(run);
    }
    String why =
        agentHasNotStarted
            ? "and %d runs before it were lost as well.".formatted(run.run() - 1)
            : "and the agent may have done things that must not be done twice.";
    return failed(attempt, code, message + ", " + why);
  }

  private static Optional<Decision> timedOut(TaskView task, AttemptView attempt, Sight sight) {
    Instant started = attempt.startedAt();
    TaskView.Admitted admitted = task.admitted();
    if (started == null || admitted == null) {
      return Optional.empty();
    }
    Duration longest = longest(admitted.limits());
    Instant deadline = later(started.plus(longest), sight.since().plus(SLACK));
    return deadline.isBefore(sight.now())
        ? Optional.of(
            failed(
                attempt,
                FailureCode.STAGE_TIMED_OUT,
                "The run was not over %d minutes after a node had taken it, in state %s."
                    .formatted(longest.toMinutes(), attempt.state())))
        : Optional.empty();
  }

  /** Setup and maintenance have the same limit each; then the agent. */
  static Duration longest(Limits limits) {
    return limits.setup().multipliedBy(2).plus(limits.agent()).plus(SLACK);
  }

  private static Decision failed(AttemptView attempt, FailureCode code, String message) {
    return new Decision.End(attempt, new Event.Outcome.Failed(Failure.of(code, message), null));
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
