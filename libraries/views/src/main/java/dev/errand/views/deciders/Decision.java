package dev.errand.views.deciders;

import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.TaskId;
import dev.errand.views.AttemptView;
import dev.errand.views.TaskView;
import java.util.List;

/** What the lifecycle decider makes happen. */
sealed interface Decision {
  TaskId task();

  /** What the decision's fact is named by: the same decision is the same fact. */
  String name();

  /** Every attempt has ended. */
  record Complete(TaskView view, int best) implements Decision {
    @Override
    public TaskId task() {
      return view.task();
    }

    @Override
    public String name() {
      boolean first = view.attempts().stream().allMatch(attempt -> attempt.run().turn() == 1);
      return "completed/" + task() + (first ? "" : "/" + view.turns());
    }

    Event.TaskCompleted fact() {
      return new Event.TaskCompleted(task(), best, view.turns());
    }
  }

  /** A message has been sent to an attempt that is over: its next turn begins. */
  record Submit(RunId run, Turn turn) implements Decision {
    @Override
    public TaskId task() {
      return run.task();
    }

    @Override
    public String name() {
      return "submitted/" + run;
    }
  }

  /** The run ends here, whatever its node does. */
  record End(AttemptView attempt, Event.Outcome outcome) implements Decision {
    @Override
    public TaskId task() {
      return attempt.run().task();
    }

    @Override
    public String name() {
      return "ended/" + attempt.run() + "/" + reason();
    }

    private String reason() {
      return switch (outcome) {
        case Event.Outcome.Presented _ -> "presented";
        case Event.Outcome.Failed(Failure failure, _) -> failure.code().name();
        case Event.Outcome.Cancelled _ -> "cancelled";
        case Event.Outcome.Unknown _ -> "unknown";
      };
    }

    Event.AttemptEnded fact() {
      return new Event.AttemptEnded(
          attempt.run(), attempt.node(), attempt.stage(), outcome, List.of());
    }
  }

  /** The run is lost, and another one begins. */
  record Rerun(RunId lost) implements Decision {
    @Override
    public TaskId task() {
      return lost.task();
    }

    @Override
    public String name() {
      return "submitted/" + lost.next();
    }
  }
}
