package dev.errand.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.Wire;
import dev.errand.views.deciders.AdmissionDecider;
import dev.errand.views.deciders.LifecycleDecider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewsBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Wire WIRE = Wire.shipped();

  @TempDir static Path folder;
  private static Kafka kafka;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeAll
  static void startBroker() throws ExecutionException, InterruptedException {
    kafka = new Kafka(folder);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @AfterEach
  void closeApps() throws Exception {
    for (AutoCloseable app : opened.reversed()) {
      app.close();
    }
  }

  private Views views(Path state) {
    Views views = Views.start(kafka.settings(state), WIRE);
    opened.add(views);
    await().atMost(PATIENCE).until(views::ready);
    return views;
  }

  private AdmissionDecider admission(Path state) {
    AdmissionDecider decider = AdmissionDecider.start(kafka.settings(state), WIRE);
    opened.add(decider);
    await().atMost(PATIENCE).until(decider::ready);
    return decider;
  }

  private LifecycleDecider lifecycle(Path state) {
    LifecycleDecider decider =
        LifecycleDecider.start(kafka.settings(state), WIRE, Sample.LOCAL, Duration.ofSeconds(60));
    opened.add(decider);
    await().atMost(PATIENCE).until(decider::ready);
    return decider;
  }

  private static Event.TaskResolved resolved(TaskId task, Owner owner, String key) {
    return new Event.TaskResolved(
        requested(task, owner, key, "Fix it"), Sample.spec(task, owner, "web", 1), null);
  }

  private static Event.TaskRequested requested(
      TaskId task, Owner owner, String key, String prompt) {
    return new Event.TaskRequested(
        task, owner, key, new EnvironmentId("web"), 0, prompt, null, 1, Sample.NOW);
  }

  @Test
  void aTaskGoesFromResolvedToReady() throws Exception {
    Views views = views(folder.resolve("life"));
    AdmissionDecider admission = admission(folder.resolve("life"));
    lifecycle(folder.resolve("life"));
    BlockingQueue<TaskView.State> states = new LinkedBlockingQueue<>();
    views.onChange(view -> states.add(view.state()));
    TaskId task = Sample.task(101);
    RunId run = task.attempt(1).run(1, 1);

    kafka.append(Topic.TASKS_RESOLVED, resolved(task, Sample.ALICE, "life"));
    await()
        .atMost(PATIENCE)
        .until(() -> views.task(task).stream().anyMatch(v -> !v.attempts().isEmpty()));
    kafka.append(Topic.ATTEMPTS_PLACED, Sample.placed(run));
    kafka.append(Topic.SET_UP, Sample.prepared(run));
    kafka.append(Topic.ATTEMPTS_ENDED, Sample.ended(run, Sample.presented(5)));

    await().atMost(PATIENCE).until(() -> views.task(task).map(TaskView::state).equals(ready()));
    assertThat(views.task(task).flatMap(TaskView::best)).isPresent();
    TaskId again = Sample.task(103);
    assertThat(admission.originalOf(requested(again, Sample.ALICE, "life", "Fix it")))
        .contains(task);
    assertThat(admission.originalOf(requested(again, Sample.ALICE, "life", "Break it"))).isEmpty();
    await().atMost(PATIENCE).until(() -> states.contains(TaskView.State.READY));
    assertThat(kafka.read(Topic.TASKS_COMPLETED)).contains(new Event.TaskCompleted(task, 1, 1));
  }

  private static Optional<TaskView.State> ready() {
    return Optional.of(TaskView.State.READY);
  }

  @Test
  void whoWroteReads() throws Exception {
    Views views = views(folder.resolve("own"));
    TaskId task = Sample.task(102);

    RecordMetadata written = kafka.append(Topic.TASKS_ADMITTED, Sample.admitted(task, 1));

    assertThat(
            views.await(
                written.topic(), written.partition(), written.offset(), Duration.ofSeconds(10)))
        .isTrue();
    assertThat(views.task(task)).isPresent();
    assertThat(views.await("tasks.requested", 0, 0, Duration.ofSeconds(10))).isFalse();
    assertThat(
            views.await(
                written.topic(),
                written.partition(),
                written.offset() + 1_000,
                Duration.ofMillis(50)))
        .isFalse();
  }

  @Test
  void aRestartAndALostStateFolderChangeNothing() throws Exception {
    Owner bob = new Owner("bob");
    TaskId task = Sample.task(103);
    RecordMetadata written =
        kafka.append(
            Topic.TASKS_ADMITTED, new Event.TaskAdmitted(Sample.spec(task, bob, "web", 1)));
    TaskView before;
    try (Views first = Views.start(kafka.settings(folder.resolve("one")), WIRE)) {
      await().atMost(PATIENCE).until(first::ready);
      before = first.task(task).orElseThrow();
    }

    try (Views restarted = Views.start(kafka.settings(folder.resolve("one")), WIRE)) {
      await().atMost(PATIENCE).until(restarted::ready);
      assertThat(restarted.task(task)).contains(before);
      // Folded in an earlier life: nobody waits for it.
      assertThat(
              restarted.await(
                  written.topic(), written.partition(), written.offset(), Duration.ZERO))
          .isTrue();
    }

    Views rebuilt = views(folder.resolve("two"));
    assertThat(rebuilt.task(task)).contains(before);
  }

  @Test
  void pagesGoFromTheNewestDownAcrossPartitions() throws Exception {
    Owner carol = new Owner("carol");
    Views views = views(folder.resolve("pages"));
    List<TaskId> newestFirst = new ArrayList<>();
    RecordMetadata last = null;
    for (int i = 200; i < 225; i++) {
      TaskId task = Sample.task(i);
      newestFirst.addFirst(task);
      Event fact = new Event.TaskAdmitted(Sample.spec(task, carol, i % 2 == 0 ? "even" : "odd", 1));
      last = kafka.append(Topic.TASKS_ADMITTED, fact);
      assertThat(views.await(last.topic(), last.partition(), last.offset(), Duration.ofSeconds(10)))
          .isTrue();
    }

    TaskPage first = views.tasks(new TaskQuery(null, carol, null, Set.of(), 10, null));
    TaskPage second = views.tasks(new TaskQuery(null, carol, null, Set.of(), 10, first.cursor()));
    TaskPage third = views.tasks(new TaskQuery(null, carol, null, Set.of(), 10, second.cursor()));

    assertThat(ids(first)).isEqualTo(newestFirst.subList(0, 10));
    assertThat(ids(second)).isEqualTo(newestFirst.subList(10, 20));
    assertThat(ids(third)).isEqualTo(newestFirst.subList(20, 25));
    assertThat(third.cursor()).isNull();
    EnvironmentId even = new EnvironmentId("even");
    Set<TaskView.State> ready = Set.of(TaskView.State.READY);
    assertThat(ids(views.tasks(new TaskQuery(null, carol, even, Set.of(), 100, null)))).hasSize(13);
    assertThat(ids(views.tasks(new TaskQuery(null, carol, null, ready, 100, null)))).isEmpty();
    // Who is a member reads on where the last page ended, like anybody.
    TaskQuery.Reader member = new TaskQuery.Reader(new Owner("dora"), Set.of(even));
    TaskPage ten = views.tasks(new TaskQuery(member, carol, null, Set.of(), 10, null));
    TaskPage rest = views.tasks(new TaskQuery(member, carol, null, Set.of(), 10, ten.cursor()));
    assertThat(ids(ten)).hasSize(10);
    assertThat(ids(rest)).hasSize(3).doesNotContainAnyElementsOf(ids(ten));
  }

  /** Readers beside a writer: neither may take what the other one waits for. */
  @Test
  void whoReadsAndWhoFoldsDoNotHoldEachOtherUp() throws Exception {
    Views views = views(folder.resolve("both"));
    AtomicBoolean over = new AtomicBoolean();
    for (int reader = 0; reader < 4; reader++) {
      Thread.ofPlatform()
          .daemon() // one that waits for a lock for ever cannot be ended
          .start(
              () -> {
                while (!over.get()) {
                  for (int i = 1_000; i < 1_010; i++) {
                    Optional<TaskView> _ = views.task(Sample.task(i));
                  }
                  TaskPage _ = views.tasks(TaskQuery.newest(1));
                  QueueView _ = views.queue();
                }
              });
    }
    try {
      for (int i = 1_000; i < 1_300; i++) {
        RecordMetadata written =
            kafka.append(Topic.TASKS_ADMITTED, Sample.admitted(Sample.task(i), 1));
        assertThat(views.await(written.topic(), written.partition(), written.offset(), PATIENCE))
            .as("task %d is folded", i)
            .isTrue();
      }
    } finally {
      over.set(true);
    }
  }

  private static List<TaskId> ids(TaskPage page) {
    return page.items().stream().map(TaskView::task).toList();
  }

  @Test
  void poisonStopsNothing() throws Exception {
    Views views = views(folder.resolve("poison"));
    lifecycle(folder.resolve("poison"));
    TaskId task = Sample.task(104);
    byte[] poison = "poison".getBytes(StandardCharsets.UTF_8);

    kafka.append(Topic.ATTEMPTS_ENDED.pattern(), task.value(), poison);
    kafka.append(Topic.TASKS_ADMITTED, Sample.admitted(task, 1));

    await().atMost(PATIENCE).until(() -> views.task(task).isPresent());
    await().atMost(PATIENCE).until(() -> views.skipped() == 1);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                kafka.read(Topic.DEAD_LETTERS).stream()
                    .map(Event.DeadLettered.class::cast)
                    .anyMatch(letter -> letter.value().text().equals("poison")));
  }

  @Test
  void aNewNodesTopicsAreSeen() throws Exception {
    Views views = views(folder.resolve("node"));
    TaskId task = Sample.task(105);
    NodeName node = new NodeName("late");
    kafka.append(Topic.NODES, Sample.heartbeat(node, "provisioner"));

    kafka.addNode(node);
    kafka.append(
        Topic.CHECKED_OUT.on(node),
        task.value(),
        WIRE.encode(Sample.checkedOut(task.attempt(1).run(1, 1))));

    await()
        .atMost(PATIENCE)
        .until(
            () ->
                views.task(task).flatMap(view -> view.attempt(1)).stream()
                    .anyMatch(a -> a.state() == AttemptView.State.CHECKED_OUT));
    assertThat(views.task(task).map(TaskView::state)).contains(TaskView.State.PENDING);
  }
}
