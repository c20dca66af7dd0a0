package dev.errand.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.errand.schemas.Event.SchemaRegistered;
import dev.errand.schemas.Event.TaskRequested;
import dev.errand.schemas.Topic;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** An operator finds what no stage could take, sees why, and brings it back. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeadLettersBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String PATH = "/api/v1/dead-letters";

  @SuppressWarnings("NullAway.Init")
  private Broker broker;

  @SuppressWarnings("NullAway.Init")
  private Robot robot;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @SuppressWarnings("NullAway.Init")
  private Door operator;

  @BeforeAll
  void start() {
    broker = new Broker(Door.data());
    robot = Robot.hired("replayed");
    repository = ScratchRepository.withReadme();
    Door.applyEnvironment("letters", repository);
    operator = Door.of("ops", "operator");
  }

  @AfterAll
  void end() {
    broker.close();
    repository.delete();
  }

  /** The letter about a record, once there is one. */
  private JsonNode letterOf(RecordMetadata place) {
    return await("the dead letter of " + place)
        .atMost(PATIENCE)
        .until(() -> find(place), letter -> !letter.isMissingNode());
  }

  private JsonNode find(RecordMetadata place) {
    for (JsonNode letter : operator.get(PATH + "?limit=50").json().path("items")) {
      if (letter.path("partition").asInt() == place.partition()
          && letter.path("offset").asLong() == place.offset()) {
        return letter;
      }
    }
    return MissingNode.getInstance();
  }

  @Test
  void aLetterShowsTheRecordAndItsCause() throws Exception {
    ProducerRecord<byte[], byte[]> entry =
        new ProducerRecord<>(
            Topic.TASKS_REQUESTED.pattern(), "a key".getBytes(UTF_8), "no fact".getBytes(UTF_8));
    Robot.header(entry, "origin", "a test");

    JsonNode summary = letterOf(broker.append(entry));
    JsonNode whole = operator.get(PATH + "/" + summary.path("id").asText()).json();

    assertThat(summary.path("topic").asText()).isEqualTo("tasks.requested");
    assertThat(summary.path("stage").asText()).isEqualTo("admit");
    assertThat(summary.path("code").asText()).isEqualTo("POISON");
    assertThat(summary.path("message").asText()).contains("tasks.requested:", "is no fact");
    assertThat(summary.path("bytes").asInt()).isEqualTo("no fact".length());
    assertThat(whole.path("key").asText()).isEqualTo("a key");
    assertThat(whole.path("headers").toString()).contains("origin", "a test");
    assertThat(Base64.getDecoder().decode(whole.path("value").asText()))
        .isEqualTo("no fact".getBytes(UTF_8));
  }

  @Test
  void pagesGoFromTheNewestToTheOldestAndHoldEachLetterOnce() throws Exception {
    RecordMetadata place = broker.append(Robot.unsigned("the newest".getBytes(UTF_8)));
    String newest = letterOf(place).path("id").asText();
    for (int i = 0; i < 4; i++) {
      letterOf(broker.append(Robot.unsigned(("no fact " + i).getBytes(UTF_8))));
    }
    List<String> whole = new ArrayList<>();
    operator.get(PATH + "?limit=50").json().path("items").forEach(one -> whole.add(id(one)));

    List<String> read = new ArrayList<>();
    JsonNode cursor = null;
    do {
      String from = cursor == null ? "" : "&cursor=" + cursor.asText();
      JsonNode page = operator.get(PATH + "?limit=2" + from).json();
      page.path("items").forEach(one -> read.add(id(one)));
      cursor = page.path("cursor");
    } while (!cursor.isNull());

    assertThat(read).startsWith(whole.toArray(new String[0])).doesNotHaveDuplicates();
    assertThat(read).contains(newest);
  }

  private static String id(JsonNode letter) {
    return letter.path("id").asText();
  }

  /** What a newer version wrote becomes a task once this one knows the schema. */
  @Test
  void aRecordThatCanBeReadByNowIsReplayedAsWhoeverSignedIt() throws Exception {
    TaskRequested request = robot.request("letters", "true");
    byte[] value = Broker.WIRE.encode(request);
    SchemaRegistered shipped =
        Broker.WIRE.schemas().stream()
            .filter(schema -> schema.id() == ByteBuffer.wrap(value, 1, 4).getInt())
            .findFirst()
            .orElseThrow();
    int newer = 77_777;
    ByteBuffer.wrap(value).putInt(1, newer);
    JsonNode letter = letterOf(broker.append(robot.signed(value, Instant.now())));

    String text = shipped.text().replaceFirst("\\{", "{\"errand\":\"newer\",");
    SchemaRegistered known =
        new SchemaRegistered(newer, shipped.subject(), shipped.version() + 1, text);
    broker.append(
        new ProducerRecord<>(
            Topic.SCHEMAS.pattern(), known.key().getBytes(UTF_8), Broker.WIRE.encode(known)));
    Door.Answer replayed = operator.post(PATH + "/" + id(letter) + "/replay", "");

    assertThat(replayed.status()).as(replayed.body()).isEqualTo(202);
    assertThat(replayed.json().path("position").asText()).startsWith("tasks.requested:");
    await("the replayed task")
        .atMost(PATIENCE)
        .until(() -> operator.get("/api/v1/tasks/" + request.task()).status() == 200);
    JsonNode task = operator.get("/api/v1/tasks/" + request.task()).json();
    assertThat(task.path("state").asText()).isEqualTo("queued");
    assertThat(task.path("owner").asText()).isEqualTo("replayed");
  }

  @Test
  void whatNobodySignedIsNotReplayed() throws Exception {
    JsonNode letter = letterOf(broker.append(Robot.unsigned("a stranger's".getBytes(UTF_8))));

    Door.Answer answer = operator.post(PATH + "/" + id(letter) + "/replay", "");

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.json().path("code").asText()).isEqualTo("SIGNATURE_INVALID");
  }

  @Test
  void whatWasKeptInPartIsNotReplayed() throws Exception {
    byte[] much = new byte[1 << 20];
    JsonNode letter = letterOf(broker.append(robot.signed(much, Instant.now())));
    assertThat(letter.path("message").asText()).startsWith("only the first ");

    Door.Answer answer = operator.post(PATH + "/" + id(letter) + "/replay", "");

    // The signature was over all of it.
    assertThat(answer.status()).isEqualTo(403);
  }
}
