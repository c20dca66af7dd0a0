package dev.errand.ingest.tasks;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.TurnRequested;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Patch;
import dev.errand.schemas.Topic;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RunId;
import dev.errand.stage.FactWriter;
import dev.errand.stage.Position;
import dev.errand.stage.trace.TaskTrace;
import dev.errand.views.AttemptView;
import dev.errand.views.TaskView;
import dev.errand.views.Views;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages to attempts that are over. Of two at once for the same turn, the lowest offset has
 * it: whoever sends one waits for the views to say whose it is. Thread-safe.
 */
public final class Messages {
  /** Whoever waits longer is told where it lies, and asks. */
  private static final Duration WAIT = Duration.ofSeconds(10);

  private final FactWriter writer;
  private final Views views;

  public Messages(FactWriter writer, Views views) {
    this.writer = writer;
    this.views = views;
  }

  /**
   * A message that has its turn.
   *
   * @param view the task, at work once more
   * @param position of the message; null when it had been sent before
   */
  public record Sent(TaskView view, @Nullable Position position) {}

  /**
   * Appends the message and waits for the views, at most {@link #WAIT}.
   *
   * @param traceParent the caller's trace, as its header says it; null is none
   * @throws ErrandException NOT_FOUND for an attempt that the task has not, REQUEST_INVALID when it
   *     has several and none is named, ATTEMPT_BUSY, ATTEMPT_CLOSED, IDEMPOTENCY_CONFLICT
   */
  public Sent send(Owner by, TaskView task, MessageRequest request, @Nullable String traceParent)
      throws InterruptedException {
    if (isKnown(by, task, request)) {
      return new Sent(task, null);
    }
    AttemptView attempt = attempt(task, request.attempt());
    Turn turn = new Turn(request.prompt(), requireDiff(task, attempt), attempt.node(), false);
    RunId next = attempt.run().attempt().run(attempt.run().turn() + 1, 1);
    var fact = new TurnRequested(next, turn, by, request.idempotencyKey());
    EventId event = EventId.of("message %s %s %s".formatted(next, by, request.idempotencyKey()));
    Position position =
        TaskTrace.in(
            traceParent, task.task(), () -> writer.append(Topic.TURNS_REQUESTED, event, fact));
    if (!views.await(position.topic(), position.partition(), position.offset(), WAIT)) {
      return new Sent(task, position);
    }
    TaskView now = views.task(task.task()).orElse(task);
    requireTurn(now, fact, position);
    return new Sent(now, position);
  }

  private static boolean isKnown(Owner by, TaskView task, MessageRequest request) {
    Optional<AttemptView.Asked> sent =
        task.attempts().stream()
            .filter(it -> request.attempt() == 0 || it.number() == request.attempt())
            .flatMap(it -> Optional.ofNullable(it.asked()).stream())
            .filter(it -> it.by().equals(by))
            .filter(it -> it.idempotencyKey().equals(request.idempotencyKey()))
            .findFirst();
    if (sent.isPresent() && !sent.get().turn().prompt().equals(request.prompt())) {
      throw new ErrandException(
          FailureCode.IDEMPOTENCY_CONFLICT, "the key was used for another message");
    }
    return sent.isPresent();
  }

  private static AttemptView attempt(TaskView task, int number) {
    List<AttemptView> attempts = task.attempts();
    if (attempts.isEmpty()) {
      throw task.state() == TaskView.State.REJECTED
          ? new ErrandException(FailureCode.ATTEMPT_CLOSED, "the task was refused")
          : new ErrandException(FailureCode.ATTEMPT_BUSY, "the task has not begun yet");
    }
    if (number != 0) {
      return task.attempt(number)
          .orElseThrow(
              () ->
                  new ErrandException(
                      FailureCode.NOT_FOUND, "the task has no attempt %d".formatted(number)));
    }
    return task.best()
        .or(() -> attempts.size() == 1 ? Optional.of(attempts.getFirst()) : Optional.empty())
        .orElseThrow(
            () ->
                new ErrandException(
                    FailureCode.REQUEST_INVALID,
                    "the task has several attempts and none is the best: name the one to go on"));
  }

  /** What the attempt's next turn goes on from. */
  private static Patch requireDiff(TaskView task, AttemptView attempt) {
    boolean cancelled =
        task.cancels().stream()
            .anyMatch(it -> it.attempt() == 0 || it.attempt() == attempt.number());
    if (cancelled) {
      throw new ErrandException(
          FailureCode.ATTEMPT_CLOSED, "attempt %d was cancelled".formatted(attempt.number()));
    }
    if (!attempt.isOver()) {
      throw new ErrandException(
          FailureCode.ATTEMPT_BUSY, "attempt %d is still at work".formatted(attempt.number()));
    }
    Patch patch = attempt.patch();
    if (patch == null) {
      throw new ErrandException(
          FailureCode.ATTEMPT_CLOSED,
          "attempt %d left no diff to go on from: it is %s"
              .formatted(attempt.number(), TaskJson.word(attempt.state())));
    }
    return patch;
  }

  private static void requireTurn(TaskView now, TurnRequested sent, Position position) {
    AttemptView.Asked first =
        now.attempt(sent.run().attempt().number())
            .filter(attempt -> attempt.run().turn() == sent.run().turn())
            .map(AttemptView::asked)
            .orElse(null);
    boolean lost =
        first != null
            && first.origin().offset() != position.offset()
            && !(first.by().equals(sent.by())
                && first.idempotencyKey().equals(sent.idempotencyKey()));
    if (lost) {
      throw new ErrandException(
          FailureCode.ATTEMPT_BUSY, "another message came first; the attempt is at work on it");
    }
  }
}
