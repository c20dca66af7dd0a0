package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.schemas.Event.TaskRequested;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.Headers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One task is one trace, from its request to its end, whoever asked and whatever ended it. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TraceBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

  /** What a task leaves that is cancelled before a node has taken it. */
  private static final Set<Topic> WRITTEN =
      Set.of(
          Topic.TASKS_REQUESTED,
          Topic.TASKS_RESOLVED,
          Topic.TASKS_ADMITTED,
          Topic.ATTEMPTS_SUBMITTED,
          Topic.ATTEMPTS_ENDED,
          Topic.TASKS_COMPLETED);

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @SuppressWarnings("NullAway.Init")
  private Broker broker;

  @SuppressWarnings("NullAway.Init")
  private Door admin;

  @BeforeAll
  void start() {
    admin = Door.admin();
    broker = new Broker(Door.data());
    repository = ScratchRepository.withReadme();
    Door.applyEnvironment("traced", repository);
  }

  @AfterAll
  void end() {
    broker.close();
    repository.delete();
  }

  private TaskId submit(Map<String, String> headers) {
    Door.Answer answer = admin.post("/api/v1/tasks", Door.submission("traced", "true"), headers);
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return new TaskId(answer.json().path("id").asText());
  }

  /** The traces of all that was written about a task which has been cancelled. */
  private Set<String> traces(TaskId task) {
    await("the end of " + task)
        .atMost(PATIENCE)
        .until(() -> topics(task).contains(Topic.TASKS_COMPLETED.pattern()));
    assertThat(topics(task))
        .containsAll(WRITTEN.stream().map(Topic::pattern).collect(Collectors.toSet()));
    Set<String> traces = new TreeSet<>();
    for (ConsumerRecord<byte[], byte[]> entry : broker.about(task)) {
      if (!entry.topic().equals(Topic.TASKS_CANCEL_REQUESTED.pattern())) {
        String parent = Broker.header(entry, Headers.TRACE_PARENT);
        assertThat(parent).as(entry.topic()).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
        traces.add(parent.substring(3, 35));
      }
    }
    return traces;
  }

  private Set<String> topics(TaskId task) {
    Set<String> topics = new TreeSet<>();
    broker.about(task).forEach(entry -> topics.add(entry.topic()));
    return topics;
  }

  private void cancel(TaskId task, Map<String, String> headers) {
    assertThat(admin.post("/api/v1/tasks/" + task + "/cancel", "", headers).status())
        .isEqualTo(202);
  }

  @Test
  void aCallersTraceGoesOnInAllFacts() {
    TaskId task = submit(Map.of("traceparent", PARENT));
    cancel(task, Map.of("traceparent", PARENT.replace("0af", "fa0"))); // another's

    assertThat(traces(task)).containsExactly(TRACE);
  }

  @Test
  void aTaskWithoutACallersTraceIsOneOfItsOwn() {
    TaskId one = submit(Map.of());
    TaskId other = submit(Map.of("traceparent", "no trace at all"));
    cancel(one, Map.of());
    cancel(other, Map.of());

    Set<String> traces = traces(one);

    assertThat(traces).hasSize(1);
    assertThat(traces(other)).hasSize(1).doesNotContainAnyElementsOf(traces);
  }

  @Test
  void aProducersTraceGoesOnToo() throws Exception {
    Robot robot = Robot.hired("tracer");
    TaskRequested with = robot.request("traced", "true");
    TaskRequested without = robot.request("traced", "true");
    var entry = robot.signed(with);
    Robot.header(entry, "traceparent", PARENT);
    broker.append(entry);
    broker.append(robot.signed(without));
    for (TaskRequested request : new TaskRequested[] {with, without}) {
      await()
          .atMost(PATIENCE)
          .until(() -> admin.get("/api/v1/tasks/" + request.task()).status() == 200);
      cancel(request.task(), Map.of());
    }

    assertThat(traces(with.task())).containsExactly(TRACE);
    await()
        .atMost(PATIENCE)
        .until(() -> topics(without.task()).contains(Topic.TASKS_COMPLETED.pattern()));
    assertThat(
            broker.about(without.task()).stream()
                .filter(one -> !one.topic().equals(Topic.TASKS_REQUESTED.pattern())) // their own
                .map(one -> Broker.header(one, Headers.TRACE_PARENT).substring(3, 35))
                .distinct())
        .hasSize(1);
  }
}
