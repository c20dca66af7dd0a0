package dev.errand.views.deciders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Held;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.Wire;
import dev.errand.views.Driver;
import dev.errand.views.NodeReports;
import dev.errand.views.Sample;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LifecycleTopologyTest {
  private static final TaskId TASK = Sample.task(1);
  private static final RunId RUN = TASK.attempt(1).run(1, 1);
  private static final Duration SILENCE = Duration.ofSeconds(60);
  private static final RunId OTHER = TASK.attempt(2).run(1, 1);

  private boolean hearing = true;
  private Duration ahead = Duration.ZERO; // the node's clock
  private List<Held> held = List.of();
  private final Driver driver = driver(SILENCE);

  private static Driver driver(Duration silence) {
    return new Driver(LifecycleTopology.of(Wire.shipped(), Sample.LOCAL, silence));
  }

  @AfterEach
  void close() {
    driver.close();
  }

  private void submit(int attempts) {
    driver.pipe(Topic.TASKS_ADMITTED, Sample.admitted(TASK, attempts));
    for (int number = 1; number <= attempts; number++) {
      driver.pipe(
          Topic.ATTEMPTS_SUBMITTED, Sample.submitted(TASK.attempt(number).run(1, 1), attempts));
    }
  }

  private void wait(Duration duration, boolean nodeSpeaks) {
    wait(duration, nodeSpeaks ? new String[] {"provisioner"} : new String[0]);
  }

  private void wait(Duration duration, String... speaking) {
    Duration step = LifecycleTopology.SCAN_INTERVAL;
    for (long i = 0; i < duration.dividedBy(step); i++) {
      if (hearing) {
        driver.pipe(Topic.NODES, Sample.heartbeat(Sample.LOCAL, NodeReports.FRONT_DOOR));
      }
      for (String service : speaking) {
        driver.pipeAhead(ahead, Topic.NODES, Sample.heartbeat(Sample.LOCAL, service, held));
      }
      driver.advance(step);
    }
  }

  private void end(RunId run, Event.Outcome outcome) {
    driver.pipe(Topic.ATTEMPTS_ENDED, Sample.ended(run, outcome));
  }

  @Test
  void aTaskIsCompleteWhenItsLastAttemptEnds() {
    submit(2);
    end(OTHER, Sample.presented(5));
    assertThat(driver.facts(Topic.TASKS_COMPLETED)).isEmpty();

    end(RUN, Sample.failed(FailureCode.AGENT_FAILED));

    assertThat(driver.facts(Topic.TASKS_COMPLETED))
        .containsExactly(new Event.TaskCompleted(TASK, 2, 2));
  }

  @Test
  void theBestIsTheLowestThatChangesSomething() {
    submit(2);
    end(RUN, Sample.presented(0));
    end(OTHER, Sample.presented(5));

    assertThat(driver.facts(Topic.TASKS_COMPLETED))
        .containsExactly(new Event.TaskCompleted(TASK, 2, 2));
  }

  @Test
  void theBestIsTheLowestWhenNoneChangesAnything() {
    submit(2);
    end(RUN, Sample.presented(0));
    end(OTHER, Sample.presented(0));

    assertThat(driver.facts(Topic.TASKS_COMPLETED))
        .containsExactly(new Event.TaskCompleted(TASK, 1, 2));
  }

  @Test
  void aTaskIsCompleteAlsoWhenItsEndsAreReadBeforeItsAdmission() {
    end(RUN, Sample.cancelled());

    driver.pipe(Topic.TASKS_ADMITTED, Sample.admitted(TASK, 1));

    assertThat(driver.facts(Topic.TASKS_COMPLETED))
        .containsExactly(new Event.TaskCompleted(TASK, 0, 1));
  }

  @Test
  void aSecondEndIsNoSecondCompletion() {
    submit(1);
    end(RUN, Sample.presented(5));
    end(RUN, Sample.failed(FailureCode.NODE_LOST));
    driver.loop(Topic.TASKS_COMPLETED);
    end(RUN, Sample.presented(5));

    assertThat(driver.facts(Topic.TASKS_COMPLETED)).isEmpty();
  }

  @Test
  void aCancelEndsEveryAttemptWhereverItIs() {
    submit(2);
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));

    driver.pipe(Topic.TASKS_CANCEL_REQUESTED, new Event.CancelRequested(TASK, 0, Sample.ALICE));

    assertThat(driver.facts(Topic.ATTEMPTS_ENDED))
        .containsExactly(
            new Event.AttemptEnded(RUN, Sample.LOCAL, null, Sample.cancelled(), List.of()),
            new Event.AttemptEnded(OTHER, null, null, Sample.cancelled(), List.of()));
  }

  @Test
  void whateverLeadsToADecisionItsFactIsInTheTasksTrace() {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    String another = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    driver.pipeTraced(Topic.TASKS_ADMITTED, Sample.admitted(TASK, 1), trace);
    driver.pipeTraced(Topic.ATTEMPTS_SUBMITTED, Sample.submitted(RUN, 1), trace);
    driver.pipeTraced(
        Topic.TASKS_CANCEL_REQUESTED, new Event.CancelRequested(TASK, 0, Sample.ALICE), another);
    assertThat(driver.appended(Topic.ATTEMPTS_ENDED))
        .extracting(Driver.Appended::trace)
        .containsExactly(trace);

    end(RUN, Sample.cancelled());

    assertThat(driver.appended(Topic.TASKS_COMPLETED))
        .extracting(Driver.Appended::trace)
        .containsExactly(trace);
  }

  @Test
  void aCancelOfOneAttemptEndsThatOne() {
    submit(2);

    driver.pipe(Topic.TASKS_CANCEL_REQUESTED, new Event.CancelRequested(TASK, 2, Sample.ALICE));

    assertThat(driver.facts(Topic.ATTEMPTS_ENDED))
        .containsExactly(new Event.AttemptEnded(OTHER, null, null, Sample.cancelled(), List.of()));
  }

  @Test
  void aCancelThatIsReadFirstEndsTheAttemptWhenItComes() {
    driver.pipe(Topic.TASKS_CANCEL_REQUESTED, new Event.CancelRequested(TASK, 0, Sample.ALICE));
    submit(1);

    assertThat(driver.facts(Topic.ATTEMPTS_ENDED)).hasSize(1);
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));
    assertThat(driver.facts(Topic.ATTEMPTS_ENDED)).isEmpty();
  }

  @Test
  void aCancelOfWhatIsOverChangesNothing() {
    submit(1);
    end(RUN, Sample.presented(5));

    driver.pipe(Topic.TASKS_CANCEL_REQUESTED, new Event.CancelRequested(TASK, 0, Sample.ALICE));

    assertThat(driver.facts(Topic.ATTEMPTS_ENDED)).isEmpty();
  }

  @Test
  void aLostNodesRunBeginsAnewWhenNoAgentHadStarted() {
    submit(1);
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));
    driver.pipe(Topic.CHECKED_OUT, Sample.checkedOut(RUN));
    driver.facts(Topic.ATTEMPTS_SUBMITTED);
    wait(Duration.ofSeconds(30), true);

    wait(Duration.ofSeconds(50), false);
    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED)).isEmpty();
    wait(Duration.ofSeconds(20), false);

    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED))
        .containsExactly(Sample.submitted(RUN.next(), 1));
    assertThat(driver.facts(Topic.ATTEMPTS_ENDED)).isEmpty();
  }

  @Test
  void aLostNodesRunFailsWhenItsAgentMayHaveStarted() {
    submit(1);
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));
    driver.pipe(Topic.SET_UP, Sample.prepared(RUN));
    driver.facts(Topic.ATTEMPTS_SUBMITTED);
    wait(Duration.ofSeconds(30), true);

    wait(Duration.ofSeconds(70), false);

    assertThat(codes()).containsExactly(FailureCode.NODE_LOST);
    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED)).isEmpty();
  }

  @Test
  void aServiceThatIsSilentOnANodeThatSpeaksLosesNothing() {
    submit(2);
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));
    driver.pipe(Topic.SET_UP, Sample.prepared(RUN));
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(OTHER));
    driver.facts(Topic.ATTEMPTS_SUBMITTED);
    held = List.of(new Held(RUN, Sample.AGENT));
    wait(Duration.ofSeconds(30), "provisioner", "agent-runner");

    wait(Duration.ofMinutes(30), "agent-runner");

    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED)).isEmpty();
    assertThat(driver.facts(Topic.ATTEMPTS_ENDED)).isEmpty();
  }

  @Test
  void aRunIsRepeatedABoundedNumberOfTimes() {
    submit(1);
    for (int run = 1; run <= Lifecycle.MAX_RUNS; run++) {
      driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(TASK.attempt(1).run(1, run)));
      wait(Duration.ofSeconds(10), true);
      wait(Duration.ofSeconds(80), false);
      driver.loop(Topic.ATTEMPTS_SUBMITTED);
    }

    assertThat(codes()).containsExactly(FailureCode.NODE_LOST);
  }

  @Test
  void aBrokerThatIsGoneIsNoLostNode() {
    submit(1);
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));
    driver.facts(Topic.ATTEMPTS_SUBMITTED);
    wait(Duration.ofSeconds(10), true);

    hearing = false;
    wait(Duration.ofMinutes(5), false);
    hearing = true;
    wait(Duration.ofSeconds(50), false);
    wait(Duration.ofSeconds(50), true);

    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED)).isEmpty();
    assertThat(driver.facts(Topic.ATTEMPTS_ENDED)).isEmpty();
  }

  /**
   * It had waited for a broker that is back, and had what the nodes said meanwhile still to read.
   */
  @Test
  void aLookThatCameLateIsNoLostNode() {
    try (Driver impatient = driver(Duration.ofSeconds(20))) {
      impatient.pipe(Topic.TASKS_ADMITTED, Sample.admitted(TASK, 1));
      impatient.pipe(Topic.ATTEMPTS_SUBMITTED, Sample.submitted(RUN, 1));
      impatient.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));
      impatient.pipe(Topic.SET_UP, Sample.prepared(RUN));
      impatient.pipe(Topic.NODES, Sample.heartbeat(Sample.LOCAL, "provisioner"));
      impatient.pipe(Topic.NODES, Sample.heartbeat(Sample.LOCAL, NodeReports.FRONT_DOOR));
      impatient.advance(Duration.ofSeconds(5));

      impatient.advance(Duration.ofSeconds(24));
      impatient.pipe(Topic.NODES, Sample.heartbeat(Sample.LOCAL, NodeReports.FRONT_DOOR));
      impatient.advance(Duration.ofSeconds(5));

      assertThat(impatient.facts(Topic.ATTEMPTS_ENDED)).isEmpty();
    }
  }

  @Test
  void aFrontDoorThatSpeaksDoesNotSpeakForTheWorkOfItsNode() {
    submit(1);
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));
    driver.pipe(Topic.SET_UP, Sample.prepared(RUN));

    wait(Duration.ofSeconds(30), true);
    wait(SILENCE.plusSeconds(10), NodeReports.FRONT_DOOR);

    assertThat(codes()).containsExactly(FailureCode.NODE_LOST);
  }

  @Test
  void aNodeWhoseClockIsSlowIsNotLost() {
    submit(1);
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));
    driver.facts(Topic.ATTEMPTS_SUBMITTED);
    held = List.of(new Held(RUN, new StageName("container")));
    ahead = Duration.ofMinutes(-5);

    wait(Duration.ofMinutes(3), true);

    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED)).isEmpty();
    assertThat(driver.facts(Topic.ATTEMPTS_ENDED)).isEmpty();
  }

  @Test
  void aNodeWhoseClockIsFastIsLostInTime() {
    submit(1);
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));
    driver.pipe(Topic.SET_UP, Sample.prepared(RUN));
    ahead = Duration.ofMinutes(5);
    wait(Duration.ofSeconds(30), true);

    wait(SILENCE.plusSeconds(10), false);

    assertThat(codes()).containsExactly(FailureCode.NODE_LOST);
  }

  @Test
  void aMachineThatSleptIsNoLostNode() {
    submit(1);
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));
    driver.facts(Topic.ATTEMPTS_SUBMITTED);
    wait(Duration.ofSeconds(10), true);

    driver.advance(Duration.ofHours(8));
    wait(Duration.ofSeconds(30), true);

    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED)).isEmpty();
    assertThat(driver.facts(Topic.ATTEMPTS_ENDED)).isEmpty();
  }

  @Test
  void aRunThatNobodyHoldsAndNothingQueuesBeginsAnew() {
    submit(1);
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));
    driver.pipe(Topic.CHECKED_OUT, Sample.checkedOut(RUN));
    driver.facts(Topic.ATTEMPTS_SUBMITTED);

    wait(Lifecycle.UNHELD, "provisioner", "agent-runner");
    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED)).isEmpty();
    wait(Duration.ofSeconds(20), "provisioner", "agent-runner");

    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED))
        .containsExactly(Sample.submitted(RUN.next(), 1));
  }

  @Test
  void aRunThatNobodyHoldsAndNothingQueuesFailsWhenItsAgentMayHaveStarted() {
    submit(1);
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));
    driver.pipe(Topic.SET_UP, Sample.prepared(RUN));
    driver.facts(Topic.ATTEMPTS_SUBMITTED);

    wait(Lifecycle.UNHELD.plusSeconds(20), "provisioner", "agent-runner");

    assertThat(codes()).containsExactly(FailureCode.STAGE_TIMED_OUT);
    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED)).isEmpty();
  }

  @Test
  void aRunThatWaitsForABusyStageIsQueued() {
    submit(2);
    for (RunId run : List.of(RUN, OTHER)) {
      driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(run));
      driver.pipe(Topic.CHECKED_OUT, Sample.checkedOut(run));
    }
    driver.facts(Topic.ATTEMPTS_SUBMITTED);
    held = List.of(new Held(OTHER, new StageName("setup")));

    wait(Duration.ofMinutes(30), "provisioner", "agent-runner");

    assertThat(driver.facts(Topic.ATTEMPTS_SUBMITTED)).isEmpty();
    assertThat(driver.facts(Topic.ATTEMPTS_ENDED)).isEmpty();
  }

  @Test
  void aRunThatTakesLongerThanAllItsLimitsIsEnded() {
    submit(1);
    driver.pipe(Topic.ATTEMPTS_PLACED, Sample.placed(RUN));
    held = List.of(new Held(RUN, new StageName("container")));
    Duration longest =
        Lifecycle.longest(Sample.environment("web").limits()).minus(Duration.ofMinutes(1));

    wait(longest, true);
    assertThat(driver.facts(Topic.ATTEMPTS_ENDED)).isEmpty();
    wait(Duration.ofMinutes(2), true);

    assertThat(codes()).containsExactly(FailureCode.STAGE_TIMED_OUT);
  }

  @Test
  void aQueueMayStandForDays() {
    submit(1);

    driver.advance(Duration.ofDays(20));

    assertThat(driver.facts(Topic.ATTEMPTS_ENDED)).isEmpty();
  }

  @Test
  void theSameDecisionIsTheSameFact() {
    submit(1);
    driver.pipe(Topic.TASKS_CANCEL_REQUESTED, new Event.CancelRequested(TASK, 0, Sample.ALICE));
    String id = driver.appended(Topic.ATTEMPTS_ENDED).getFirst().id();

    try (Driver again = driver(SILENCE)) {
      again.pipe(Topic.ATTEMPTS_SUBMITTED, Sample.submitted(RUN, 1));
      again.pipe(Topic.TASKS_CANCEL_REQUESTED, new Event.CancelRequested(TASK, 0, Sample.ALICE));

      assertThat(again.appended(Topic.ATTEMPTS_ENDED))
          .extracting(Driver.Appended::id)
          .containsExactly(id);
    }
  }

  @Test
  void poisonBecomesADeadLetterAndTheRestGoesOn() {
    driver.pipe(Topic.ATTEMPTS_ENDED, TASK.value(), "poison".getBytes(StandardCharsets.UTF_8));
    submit(1);
    end(RUN, Sample.presented(5));

    assertThat(driver.facts(Topic.DEAD_LETTERS)).hasSize(1);
    assertThat(driver.facts(Topic.TASKS_COMPLETED)).hasSize(1);
  }

  private List<FailureCode> codes() {
    return driver.facts(Topic.ATTEMPTS_ENDED).stream()
        .map(Event.AttemptEnded.class::cast)
        .map(ended -> ((Event.Outcome.Failed) ended.outcome()).failure().code())
        .toList();
  }
}
