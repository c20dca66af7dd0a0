package dev.errand.views.deciders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.Wire;
import dev.errand.views.Driver;
import dev.errand.views.Sample;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdmissionTopologyTest {
  private static final TaskId FIRST = Sample.task(1);
  private static final TaskId SECOND = Sample.task(2);

  private final Driver driver = new Driver(AdmissionTopology.of(Wire.shipped()));

  @AfterEach
  void close() {
    driver.close();
  }

  private static Event.TaskRequested requested(TaskId task, String key, String prompt) {
    return new Event.TaskRequested(
        task, Sample.ALICE, key, new EnvironmentId("web"), 0, prompt, null, 2, Sample.NOW);
  }

  private static Event.TaskResolved resolved(TaskId task, String key, String prompt) {
    return new Event.TaskResolved(requested(task, key, prompt), Sample.spec(task, 2), null);
  }

  @Test
  void aResolvedTaskIsAdmittedAndEachAttemptSubmitted() {
    driver.pipe(Topic.TASKS_RESOLVED, resolved(FIRST, "k", "Fix it"));

    assertThat(driver.facts(Topic.TASKS_ADMITTED))
        .containsExactly(new Event.TaskAdmitted(Sample.spec(FIRST, 2)));
    List<Driver.Appended> submitted = driver.appended(Topic.ATTEMPTS_SUBMITTED);
    assertThat(submitted)
        .extracting(Driver.Appended::fact)
        .containsExactly(
            Sample.submitted(FIRST.attempt(1).run(1, 1), 2),
            Sample.submitted(FIRST.attempt(2).run(1, 1), 2));
    assertThat(submitted).extracting(Driver.Appended::key).containsOnly(FIRST.value());
    assertThat(submitted).extracting(Driver.Appended::id).doesNotHaveDuplicates();
    assertThat(driver.facts(Topic.TASKS_REJECTED)).isEmpty();
  }

  @Test
  void aRefusalIsPassedOn() {
    Failure refusal = Failure.of(FailureCode.ENVIRONMENT_UNKNOWN, "There is none.");

    driver.pipe(
        Topic.TASKS_RESOLVED,
        new Event.TaskResolved(requested(FIRST, "k", "Fix it"), null, refusal));

    assertThat(driver.facts(Topic.TASKS_REJECTED))
        .containsExactly(
            new Event.TaskRejected(
                FIRST, Sample.ALICE, new EnvironmentId("web"), "Fix it", refusal));
    assertThat(driver.facts(Topic.TASKS_ADMITTED)).isEmpty();
  }

  @Test
  void theSameKeyAndContentIsTheFirstTask() {
    driver.pipe(Topic.TASKS_RESOLVED, resolved(FIRST, "k", "Fix it"));
    driver.facts(Topic.TASKS_ADMITTED);

    driver.pipe(Topic.TASKS_RESOLVED, resolved(SECOND, "k", "Fix it"));

    assertThat(driver.facts(Topic.TASKS_ADMITTED)).isEmpty();
    assertThat(driver.facts(Topic.TASKS_REJECTED)).isEmpty();
    byte[] stored =
        driver
            .<byte[]>store(AdmissionTopology.STORE)
            .get(AdmissionTopology.storeKey(Sample.ALICE, "k"));
    assertThat(Accepted.of(stored).task()).isEqualTo(FIRST);
  }

  @Test
  void theSameKeyForOtherContentIsAConflict() {
    driver.pipe(Topic.TASKS_RESOLVED, resolved(FIRST, "k", "Fix it"));
    driver.facts(Topic.TASKS_ADMITTED);

    driver.pipe(Topic.TASKS_RESOLVED, resolved(SECOND, "k", "Fix that"));

    assertThat(driver.facts(Topic.TASKS_ADMITTED)).isEmpty();
    assertThat(driver.facts(Topic.TASKS_REJECTED))
        .singleElement()
        .isInstanceOfSatisfying(
            Event.TaskRejected.class,
            rejected -> {
              assertThat(rejected.task()).isEqualTo(SECOND);
              assertThat(rejected.failure().code()).isEqualTo(FailureCode.IDEMPOTENCY_CONFLICT);
            });
  }

  @Test
  void aKeyIsNewAgainAfterSevenDays() {
    driver.pipe(Topic.TASKS_RESOLVED, resolved(FIRST, "k", "Fix it"));
    driver.facts(Topic.TASKS_ADMITTED);

    driver.advance(AdmissionTopology.KEY_LIFETIME.plus(Duration.ofHours(1)));
    driver.pipe(Topic.TASKS_RESOLVED, resolved(SECOND, "k", "Fix that"));

    assertThat(driver.facts(Topic.TASKS_ADMITTED)).hasSize(1);
  }

  @Test
  void poisonBecomesADeadLetter() {
    driver.pipe(Topic.TASKS_RESOLVED, "alice", "poison".getBytes(StandardCharsets.UTF_8));
    driver.pipe(Topic.TASKS_RESOLVED, resolved(FIRST, "k", "Fix it"));

    assertThat(driver.facts(Topic.DEAD_LETTERS))
        .singleElement()
        .isInstanceOfSatisfying(
            Event.DeadLettered.class,
            letter -> {
              assertThat(letter.cause().code()).isEqualTo(FailureCode.POISON);
              assertThat(letter.value().text()).isEqualTo("poison");
            });
    assertThat(driver.facts(Topic.TASKS_ADMITTED)).hasSize(1);
  }
}
