package dev.errand.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.ids.TaskId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TaskViewTest {
  /** Enough to find each broken rule that was tried, in a second or so. */
  private static final int TRIES = 200;

  private static final TaskId TASK = Sample.task(1);
  private static final RunId RUN = TASK.attempt(1).run(1, 1);

  /** A fact where it lies. */
  record Appended(Event fact, Origin origin) {}

  /** What each case draws its values from: a failed one is repeated by its seed. */
  static LongStream seeds() {
    return LongStream.range(0, TRIES);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anyOrderWithDuplicatesGivesTheSameView(long seed) {
    // Given the facts of a task, whatever they are
    Random random = new Random(seed);
    List<Appended> life = life(random);
    List<Appended> shuffled = new ArrayList<>(life);
    life.stream().filter(_ -> random.nextBoolean()).forEach(shuffled::add);
    Collections.shuffle(shuffled, random);

    // When they are folded in another order, some of them twice
    TaskView view = fold(shuffled);

    // Then nothing is different
    assertThat(view).isEqualTo(fold(life));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void joiningViewsOfPartsIsFoldingTheWhole(long seed) {
    List<Appended> life = life(new Random(seed));
    TaskView front = fold(life.subList(0, life.size() / 2 + 1));
    TaskView back = fold(life.subList(life.size() / 2, life.size()));

    assertThat(front.join(back)).isEqualTo(fold(life)).isEqualTo(back.join(front));
    assertThat(front.join(front)).isEqualTo(front);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aStoredViewIsTheView(long seed) {
    List<Appended> life = life(new Random(seed));
    TaskView view = fold(life);

    assertThat(ViewCodec.decode(ViewCodec.encode(view))).isEqualTo(view);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aTerminalStateIsLeftOnlyByALaterRun(long seed) {
    List<Appended> life = life(new Random(seed));
    TaskView all = fold(life);
    AttemptView[] before = new AttemptView[5];
    TaskView view = new TaskView(TASK, null, null, List.of(), List.of(), null, Sample.NOW);
    for (Appended appended : life) {
      view = view.apply(appended.fact(), appended.origin());
      for (AttemptView attempt : view.attempts()) {
        AttemptView earlier = before[attempt.number()];
        if (earlier != null && earlier.isOver() && earlier.run().equals(attempt.run())) {
          assertThat(attempt.isOver()).isTrue();
        }
        before[attempt.number()] = attempt;
      }
    }
    assertThat(view.attempts()).isEqualTo(all.attempts());
  }

  /** Up to 40 facts of two attempts and a few runs, each at an offset of its own. */
  private static List<Appended> life(Random random) {
    List<Integer> offsets =
        new ArrayList<>(IntStream.range(0, random.nextInt(1, 41)).boxed().toList());
    Collections.shuffle(offsets, random);
    return offsets.stream()
        .map(offset -> new Origin(offset, Sample.NOW.plusSeconds(random.nextInt(101))))
        .map(origin -> new Appended(fact(random), origin))
        .toList();
  }

  private static Event fact(Random random) {
    if (random.nextInt(5) == 0) {
      return oneOf(random, factsOfTask());
    }
    RunId run = TASK.attempt(random.nextInt(1, 3)).run(random.nextInt(1, 3), random.nextInt(1, 3));
    return oneOf(random, factsOf(run));
  }

  private static Event oneOf(Random random, List<Event> facts) {
    return facts.get(random.nextInt(facts.size()));
  }

  private static List<Event> factsOfTask() {
    return List.of(
        Sample.admitted(TASK, 2),
        Sample.rejected(TASK),
        new Event.CancelRequested(TASK, 0, Sample.ALICE),
        new Event.CancelRequested(TASK, 2, Sample.ALICE),
        new Event.TaskCompleted(TASK, 0, 0),
        new Event.TaskCompleted(TASK, 1, 2),
        new Event.TaskCompleted(TASK, 2, 3));
  }

  private static List<Event> factsOf(RunId run) {
    RunId first = run.attempt().run(run.turn(), 1);
    return List.of(
        Sample.asked(first, "one"),
        Sample.asked(first, "two"),
        Sample.submitted(run, 2),
        Sample.placed(run),
        new Event.AttemptPlaced(run, new NodeName("other")),
        Sample.created(run),
        Sample.checkedOut(run),
        Sample.prepared(run),
        Sample.executed(run),
        Sample.started(run, Sample.AGENT),
        Sample.started(run, new StageName("set-up")),
        Sample.ended(run, Sample.presented(5)),
        Sample.ended(run, Sample.failed(FailureCode.SETUP_FAILED)),
        Sample.ended(run, Sample.cancelled()),
        Sample.ended(run, new Event.Outcome.Unknown()),
        new Event.AttemptEnded(
            run, null, null, Sample.cancelled(), List.of(Sample.log("set-up", 11))));
  }

  private static TaskView fold(List<Appended> facts) {
    TaskView view = null;
    for (Appended appended : facts) {
      TaskView one = TaskView.of(appended.fact(), appended.origin()).orElseThrow();
      view = view == null ? one : view.join(one);
    }
    return Objects.requireNonNull(view);
  }

  private static TaskView life(Event... facts) {
    List<Appended> life = new ArrayList<>();
    for (int i = 0; i < facts.length; i++) {
      life.add(new Appended(facts[i], new Origin(i, Sample.NOW.plusSeconds(i))));
    }
    return fold(life);
  }

  @Test
  void aTaskGoesFromQueuedToReady() {
    Event.TaskAdmitted admitted = Sample.admitted(TASK, 1);
    Event.AttemptSubmitted submitted = Sample.submitted(RUN, 1);
    Event.AttemptPlaced placed = Sample.placed(RUN);
    Event.AttemptEnded ended = Sample.ended(RUN, Sample.presented(5));

    assertThat(life(submitted).state()).isEqualTo(TaskView.State.PENDING);
    assertThat(life(admitted, submitted).state()).isEqualTo(TaskView.State.QUEUED);
    assertThat(life(admitted, submitted, placed).state()).isEqualTo(TaskView.State.RUNNING);
    assertThat(life(admitted, submitted, placed, ended).state()).isEqualTo(TaskView.State.RUNNING);

    TaskView ready = life(admitted, submitted, placed, ended, new Event.TaskCompleted(TASK, 1, 1));
    assertThat(ready.state()).isEqualTo(TaskView.State.READY);
    assertThat(ready.best().map(AttemptView::number)).contains(1);
    assertThat(ready.completedAt()).isEqualTo(Sample.NOW.plusSeconds(4));
    assertThat(ready.title()).isEqualTo("Fix the build");
    assertThat(ready.attempts().getFirst().node()).isEqualTo(Sample.LOCAL);
    assertThat(ready.attempts().getFirst().patch()).isEqualTo(Sample.patch(5, null));
  }

  @Test
  void completionIsNotShownBeforeTheEndsThatItIsMadeOf() {
    TaskView view =
        life(
            Sample.admitted(TASK, 2),
            Sample.ended(RUN, Sample.presented(5)),
            new Event.TaskCompleted(TASK, 1, 2));

    assertThat(view.state()).isEqualTo(TaskView.State.RUNNING);
    assertThat(view.best()).isEmpty();
  }

  @Test
  void theEndWithTheLowestOffsetIsTheTruth() {
    Event cancelled = Sample.ended(RUN, Sample.cancelled());
    Event presented = Sample.ended(RUN, Sample.presented(5));

    TaskView view =
        TaskView.of(presented, new Origin(7, Sample.NOW))
            .orElseThrow()
            .apply(cancelled, new Origin(6, Sample.NOW.plusSeconds(9)));

    assertThat(view.attempt(1).map(AttemptView::state)).contains(AttemptView.State.CANCELLED);
  }

  @Test
  void aLaterRunHidesTheEarlierOne() {
    TaskView view =
        life(
            Sample.submitted(RUN.next(), 1),
            Sample.prepared(RUN),
            Sample.ended(RUN, Sample.failed(FailureCode.NODE_LOST)));

    assertThat(view.attempt(1).map(AttemptView::state)).contains(AttemptView.State.QUEUED);
    assertThat(view.attempt(1).map(AttemptView::run)).contains(RUN.next());
  }

  @Test
  void aFollowUpIsWorkOnceMoreAndShowsTheDiffThatItGoesOnFrom() {
    Event.TaskAdmitted admitted = Sample.admitted(TASK, 1);
    Event.AttemptEnded ended = Sample.ended(RUN, Sample.presented(5));
    Event.TaskCompleted completed = new Event.TaskCompleted(TASK, 1, 1);
    RunId next = TASK.attempt(1).run(2, 1);
    Event.TurnRequested asked = Sample.asked(next, "key");
    Event.AttemptEnded again = Sample.ended(next, Sample.failed(FailureCode.AGENT_TIMED_OUT));

    TaskView queued = life(admitted, ended, completed, asked);
    TaskView ending = life(admitted, ended, completed, asked, again);
    TaskView failed =
        life(admitted, ended, completed, asked, again, new Event.TaskCompleted(TASK, 0, 2));

    assertThat(queued.state()).isEqualTo(TaskView.State.QUEUED);
    assertThat(queued.attempts().getFirst().patch()).isEqualTo(Sample.patch(5, null));
    assertThat(ending.state()).isEqualTo(TaskView.State.RUNNING);
    assertThat(failed.state()).isEqualTo(TaskView.State.FAILED);
    assertThat(failed.attempts().getFirst().patch()).isEqualTo(Sample.patch(5, null));
  }

  @Test
  void theMessageWithTheLowestOffsetHasTheTurnAndAllItsRuns() {
    RunId next = TASK.attempt(1).run(2, 1);

    TaskView view =
        life(
            Sample.asked(next, "first"),
            Sample.submitted(next.next(), 1),
            Sample.asked(next, "second"));

    AttemptView attempt = view.attempt(1).orElseThrow();
    assertThat(attempt.run()).isEqualTo(next.next());
    assertThat(attempt.asked())
        .isNotNull()
        .satisfies(asked -> assertThat(asked.idempotencyKey()).isEqualTo("first"));
  }

  @Test
  void aCompletionThatKnewNoSecondTurnIsOfTheFirst() {
    Event.TaskAdmitted admitted = Sample.admitted(TASK, 1);
    Event.AttemptEnded ended = Sample.ended(RUN, Sample.presented(5));
    Event.TaskCompleted old = new Event.TaskCompleted(TASK, 1, 0);
    Event.AttemptEnded second = Sample.ended(TASK.attempt(1).run(2, 1), Sample.presented(6));

    assertThat(life(admitted, ended, old).state()).isEqualTo(TaskView.State.READY);
    assertThat(life(admitted, ended, old, second).state()).isEqualTo(TaskView.State.RUNNING);
  }

  @Test
  void aFailedTaskSaysWhyItsFirstAttemptFailed() {
    TaskView view =
        life(
            Sample.admitted(TASK, 2),
            Sample.ended(RUN, Sample.cancelled()),
            Sample.ended(TASK.attempt(2).run(1, 1), Sample.failed(FailureCode.SETUP_FAILED)),
            new Event.TaskCompleted(TASK, 0, 2));

    assertThat(view.state()).isEqualTo(TaskView.State.FAILED);
    assertThat(view.failure())
        .isNotNull()
        .satisfies(f -> assertThat(f.code()).isEqualTo(FailureCode.SETUP_FAILED));
  }

  @Test
  void anAdmittedTaskIsNotUndoneByARefusalUnderItsId() {
    assertThat(life(Sample.rejected(TASK), Sample.admitted(TASK, 1)).state())
        .isEqualTo(TaskView.State.QUEUED);
    assertThat(life(Sample.rejected(TASK)).state()).isEqualTo(TaskView.State.REJECTED);
  }
}
