package dev.errand.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.schemas.Event;
import dev.errand.schemas.Event.AttemptSubmitted;
import dev.errand.schemas.Event.DeadLettered;
import dev.errand.schemas.Event.TaskRejected;
import dev.errand.schemas.Event.TaskRequested;
import dev.errand.schemas.Event.TaskResolved;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.TaskId;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a stranger puts into the inbox ends with a code, and whoever comes next is served. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InboxBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final TaskId TASK = new TaskId("01ARZ3NDEKTSV4RRFFQ69G5FAV");

  @SuppressWarnings("NullAway.Init")
  private Broker broker;

  @SuppressWarnings("NullAway.Init")
  private Robot robot;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @BeforeAll
  void open() {
    broker = new Broker(Door.data());
    robot = Robot.hired("robot");
    repository = ScratchRepository.withReadme();
    Door.applyEnvironment("inbox", repository);
  }

  @AfterAll
  void close() {
    broker.close();
    repository.delete();
  }

  static Stream<Arguments> poison() {
    byte[] fact = Broker.WIRE.encode(new Event.TaskCompleted(TASK, 1, 1));
    byte[] key = new byte[100 * 1024];
    return Stream.of(
        Arguments.of("an unknown schema", Robot.unsigned(framed(99_999))),
        Arguments.of("no Avro", Robot.unsigned("no fact at all".getBytes(UTF_8))),
        Arguments.of("another topic's fact", Robot.unsigned(fact)),
        Arguments.of("nothing", Robot.unsigned(null)),
        Arguments.of("an empty value", Robot.unsigned(new byte[0])),
        Arguments.of("a schema's id and nothing more", Robot.unsigned(Arrays.copyOf(fact, 5))),
        Arguments.of("half a fact", Robot.unsigned(Arrays.copyOf(fact, fact.length / 2))),
        Arguments.of("2 MiB in a few bytes", Robot.unsigned(new byte[2 << 20])),
        Arguments.of(
            "a large key and a large value",
            new ProducerRecord<>(Topic.TASKS_REQUESTED.pattern(), key, new byte[450 * 1024])));
  }

  private static byte[] framed(int schema) {
    return ByteBuffer.allocate(50).put((byte) 0).putInt(schema).array();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("poison")
  void whatIsNoRequestIsADeadLetterAndTheNextOneIsServed(
      String what, ProducerRecord<byte[], byte[]> entry) throws Exception {
    RecordMetadata place = broker.append(entry);

    assertThat(letterOf(place).cause().code()).as(what).isEqualTo(FailureCode.POISON);
    assertNextIsServed();
  }

  /** A request that is refused, and with which code. */
  record Refused(
      String what, FailureCode code, Function<Robot, ProducerRecord<byte[], byte[]>> entry) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Refused> refused() {
    return Stream.of(
        unsigned("nobody's", (robot, good) -> Robot.unsigned(good.value())),
        unsigned(
            "another's bytes", (robot, good) -> with(good, "errand-signature", "0".repeat(64))),
        unsigned("no hex", (robot, good) -> with(good, "errand-signature", "\u0000?")),
        unsigned("an unknown key's", (robot, good) -> with(good, "errand-key", "aaaaaaaaaaaa")),
        unsigned("another time's", (robot, good) -> with(good, "errand-time", "1")),
        unsigned("no time's", (robot, good) -> with(good, "errand-time", "yesterday")),
        unsigned("stale", (robot, good) -> robot.signed(good.value(), fromNow(-11))),
        unsigned("from the future", (robot, good) -> robot.signed(good.value(), fromNow(11))),
        wrong("no environment", FailureCode.ENVIRONMENT_UNKNOWN, r -> r.request("nowhere", "true")),
        wrong("no prompt", FailureCode.PROMPT_EMPTY, r -> r.request("inbox", " \n")),
        wrong(
            "a long prompt",
            FailureCode.PROMPT_TOO_LARGE,
            r -> r.request("inbox", "x".repeat(200 * 1024))),
        wrong(
            "five attempts",
            FailureCode.ATTEMPTS_OUT_OF_RANGE,
            r -> changed(r.request("inbox", "true"), null, 5)),
        wrong(
            "an id from the future",
            FailureCode.REQUEST_INVALID,
            r -> r.request("inbox", "true", fromNow(11))),
        wrong(
            "an id from long ago",
            FailureCode.REQUEST_INVALID,
            r -> r.request("inbox", "true", Instant.EPOCH)),
        wrong(
            "no branch's name",
            FailureCode.REQUEST_INVALID,
            r -> changed(r.request("inbox", "true"), "--upload-pack=x", 1)),
        wrong(
            "a branch that is not there",
            FailureCode.REF_NOT_FOUND,
            r -> changed(r.request("inbox", "true"), "nowhere", 1)));
  }

  private interface Change {
    ProducerRecord<byte[], byte[]> of(Robot robot, ProducerRecord<byte[], byte[]> good);
  }

  private static Refused unsigned(String what, Change change) {
    return new Refused(
        what,
        FailureCode.SIGNATURE_INVALID,
        robot -> change.of(robot, robot.signed(robot.request("inbox", "true"))));
  }

  private static Refused wrong(
      String what, FailureCode code, Function<Robot, TaskRequested> request) {
    return new Refused(what, code, robot -> robot.signed(request.apply(robot)));
  }

  private static ProducerRecord<byte[], byte[]> with(
      ProducerRecord<byte[], byte[]> entry, String header, String text) {
    Robot.header(entry, header, text);
    return entry;
  }

  private static TaskRequested changed(TaskRequested r, @Nullable String branch, int attempts) {
    return new TaskRequested(
        r.task(),
        r.owner(),
        r.idempotencyKey(),
        r.environment(),
        r.environmentVersion(),
        r.prompt(),
        branch,
        attempts,
        r.requestedAt());
  }

  private static Instant fromNow(int minutes) {
    return Instant.now().plus(Duration.ofMinutes(minutes));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void aRequestThatIsRefusedSaysWhy(Refused refused) throws Exception {
    ProducerRecord<byte[], byte[]> entry = refused.entry().apply(robot);
    TaskId task = ((TaskRequested) Broker.fact(entry)).task();

    broker.append(entry);

    assertThat(rejectionOf(task).failure().code()).isEqualTo(refused.code());
    assertNextIsServed();
  }

  @Test
  void aRecordThatIsPutInAgainIsNoSecondTask() throws Exception {
    TaskRequested request = robot.request("inbox", "true");
    ProducerRecord<byte[], byte[]> entry = robot.signed(request);

    broker.append(entry);
    broker.append(entry);
    broker.append(robot.signed(entry.value(), fromNow(-1)));
    assertNextIsServed();

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        broker
                            .facts(Topic.TASKS_RESOLVED, TaskResolved.class)
                            .filter(fact -> fact.request().task().equals(request.task())))
                    .hasSize(3));
    assertThat(
            broker
                .facts(Topic.ATTEMPTS_SUBMITTED, AttemptSubmitted.class)
                .filter(fact -> fact.task().equals(request.task())))
        .hasSize(1);
    assertThat(stateOf(request.task())).isEqualTo("queued");
  }

  /** Under a task's id, a stranger can neither undo it nor see it refused. */
  @Test
  void aStrangersRecordUnderATasksIdChangesNothing() throws Exception {
    TaskRequested request = robot.request("inbox", "true");
    String id = UUID.randomUUID().toString();
    broker.append(with(Robot.unsigned(Broker.WIRE.encode(request)), "event-id", id));
    broker.append(with(robot.signed(request), "event-id", id));
    await().atMost(PATIENCE).until(() -> stateOf(request.task()).equals("queued"));
    broker.append(with(Robot.hired("other").signed(request), "event-id", id));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        broker
                            .facts(Topic.TASKS_REJECTED, TaskRejected.class)
                            .filter(fact -> fact.task().equals(request.task())))
                    .hasSize(2));
    JsonNode task = Door.admin().get("/api/v1/tasks/" + request.task()).json();
    assertThat(task.path("state").asText()).isEqualTo("queued");
    assertThat(task.path("owner").asText()).isEqualTo("robot");
  }

  private static String stateOf(TaskId task) {
    return Door.admin().get("/api/v1/tasks/" + task).json().path("state").asText();
  }

  @Test
  void theBrokerTakesNoRecordThatIsLargerThanAFact() {
    byte[] noise = new byte[1 << 20];
    new Random(1).nextBytes(noise);

    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> broker.append(Robot.unsigned(noise)))
        .withCauseInstanceOf(RecordTooLargeException.class);
  }

  private DeadLettered letterOf(RecordMetadata place) {
    return await("the dead letter of " + place)
        .atMost(PATIENCE)
        .until(() -> findLetter(place), Optional::isPresent)
        .orElseThrow();
  }

  private Optional<DeadLettered> findLetter(RecordMetadata place) {
    return broker
        .facts(Topic.DEAD_LETTERS, DeadLettered.class)
        .filter(
            letter ->
                letter.topic().equals(place.topic())
                    && letter.partition() == place.partition()
                    && letter.offset() == place.offset())
        .findFirst();
  }

  private TaskRejected rejectionOf(TaskId task) {
    return await("the refusal of " + task)
        .atMost(PATIENCE)
        .until(
            () ->
                broker
                    .facts(Topic.TASKS_REJECTED, TaskRejected.class)
                    .filter(fact -> fact.task().equals(task))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private static void assertNextIsServed() {
    Door.Answer answer = Door.admin().post("/api/v1/tasks", Door.submission("inbox", "true"));
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
  }
}
