package dev.errand.views.deciders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.Event;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.Topic;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.Wire;
import dev.errand.views.Driver;
import dev.errand.views.Sample;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A message to an attempt that is over is its next turn, once. */
class FollowUpTopologyTest {
  private static final TaskId TASK = Sample.task(1);
  private static final RunId RUN = TASK.attempt(1).run(1, 1);
  private static final RunId NEXT = TASK.attempt(1).run(2, 1);

  private final Driver driver = driver();

  private static Driver driver() {
    return new Driver(LifecycleTopology.of(Wire.shipped(), Sample.LOCAL, Duration.ofSeconds(60)));
  }

  @AfterEach
  void close() {
    driver.close();
  }

  private static Event.AttemptSubmitted next(Event.TurnRequested asked) {
    return new Event.AttemptSubmitted(asked.run(), null, asked.turn(), Sample.spec(TASK, 1));
  }

  /** A task of one attempt that has presented its diff. */
  private void present() {
    driver.pipe(Topic.TASKS_ADMITTED, Sample.admitted(TASK, 1));
    driver.pipe(Topic.ATTEMPTS_SUBMITTED, Sample.submitted(RUN, 1));
    driver.pipe(Topic.ATTEMPTS_ENDED, Sample.ended(RUN, Sample.presented(5)));
    driver.loop(Topic.TASKS_COMPLETED);
  }

  @Test
  void aMessageIsTheNextTurnAndTheTaskCompletesAgain() {
    present();
    Event.TurnRequested asked = Sample.asked(NEXT, "one");

    driver.pipe(Topic.TURNS_REQUESTED, asked);
    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED)).containsExactly(next(asked));
    assertThat(driver.facts(Topic.TASKS_COMPLETED)).isEmpty();
    driver.pipe(Topic.ATTEMPTS_SUBMITTED, next(asked));
    driver.pipe(Topic.ATTEMPTS_ENDED, Sample.ended(NEXT, Sample.presented(6)));

    assertThat(driver.facts(Topic.TASKS_COMPLETED))
        .containsExactly(new Event.TaskCompleted(TASK, 1, 2));
  }

  @Test
  void ofTwoMessagesAtOnceTheFirstHasTheTurn() {
    present();
    Event.TurnRequested first = Sample.asked(NEXT, "one");
    Turn other = new Turn("Something else", first.turn().patch(), null, false);

    driver.pipe(
        Topic.TURNS_REQUESTED,
        first,
        new Event.TurnRequested(NEXT, other, Sample.ALICE, "two"),
        first);

    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED)).containsExactly(next(first));
  }

  @Test
  void aTurnThatIsSubmittedIsNotSubmittedAgain() {
    present();
    driver.pipe(Topic.TURNS_REQUESTED, Sample.asked(NEXT, "one"));
    String id = driver.appended(Topic.ATTEMPTS_SUBMITTED).getFirst().id();

    try (Driver restarted = driver()) {
      restarted.pipe(Topic.TURNS_REQUESTED, Sample.asked(NEXT, "one"));
      assertThat(restarted.facts(Topic.ATTEMPTS_SUBMITTED)).isEmpty();
      restarted.pipe(Topic.ATTEMPTS_SUBMITTED, Sample.submitted(RUN, 1));
      assertThat(restarted.appended(Topic.ATTEMPTS_SUBMITTED))
          .extracting(Driver.Appended::id)
          .containsExactly(id);
      restarted.pipe(Topic.ATTEMPTS_SUBMITTED, next(Sample.asked(NEXT, "one")));
      restarted.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(NEXT));
      assertThat(restarted.facts(Topic.ATTEMPTS_SUBMITTED)).isEmpty();
    }
  }

  @Test
  void aMessageAfterACancelIsCancelledAndNothingIsQueued() {
    present();
    driver.pipe(Topic.TASKS_CANCEL_REQUESTED, new Event.CancelRequested(TASK, 0, Sample.ALICE));

    driver.pipe(Topic.TURNS_REQUESTED, Sample.asked(NEXT, "one"));

    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED)).isEmpty();
    assertThat(driver.facts(Topic.ATTEMPTS_ENDED))
        .containsExactly(new Event.AttemptEnded(NEXT, null, null, Sample.cancelled(), List.of()));
  }

  @Test
  void aFollowUpIsInTheTraceOfItsMessage() {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    present();

    driver.pipeTraced(Topic.TURNS_REQUESTED, Sample.asked(NEXT, "one"), trace);

    assertThat(driver.appended(Topic.ATTEMPTS_SUBMITTED))
        .extracting(Driver.Appended::trace)
        .containsExactly(trace);
  }

  @Test
  void aMessageThatNoFactHoldsBesideTheScriptsEndsItsTurn() {
    EnvironmentSpec small = Sample.environment("web");
    String script = "#".repeat(Topic.MAX_EVENT_BYTES - TaskSpec.MAX_PROMPT_BYTES);
    TaskSpec spec = Sample.spec(TASK, 1);
    TaskSpec large =
        new TaskSpec(
            TASK,
            spec.owner(),
            spec.prompt(),
            Sample.withSetup(small, script),
            spec.branch(),
            spec.commit(),
            1,
            spec.secretVersions(),
            spec.requestedAt());
    driver.pipe(Topic.TASKS_ADMITTED, new Event.TaskAdmitted(large));
    driver.pipe(
        Topic.ATTEMPTS_SUBMITTED, new Event.AttemptSubmitted(RUN, null, Turn.first("x"), large));
    driver.pipe(Topic.ATTEMPTS_ENDED, Sample.ended(RUN, Sample.presented(5)));
    Event.TurnRequested asked = Sample.asked(NEXT, "one");
    String prompt = "y".repeat(TaskSpec.MAX_PROMPT_BYTES);

    driver.pipe(
        Topic.TURNS_REQUESTED,
        new Event.TurnRequested(
            NEXT, new Turn(prompt, asked.turn().patch(), null, false), Sample.ALICE, "one"));

    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED)).isEmpty();
    assertThat(driver.facts(Topic.ATTEMPTS_ENDED))
        .singleElement()
        .extracting(end -> ((Event.AttemptEnded) end).outcome())
        .extracting(end -> ((Event.Outcome.Failed) end).failure().code())
        .isEqualTo(FailureCode.PROMPT_TOO_LARGE);
  }
}
