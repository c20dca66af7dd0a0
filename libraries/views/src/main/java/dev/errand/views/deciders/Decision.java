package dev.errand.views.deciders;

import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.TaskId;
import dev.errand.views.AttemptView;
import java.util.List;

/** What the lifecycle decider makes happen. */
sealed interface Decision {
  TaskId task();

  /** What the decision's fact is named by: the same decision is the same fact. */
  String name();

  /** Every attempt has ended. */
  record Complete(TaskId task, int best) implements Decision {
    @Override
    public String name() {
      return "completed/" + task;
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
