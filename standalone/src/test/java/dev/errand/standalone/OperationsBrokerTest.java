package dev.errand.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.schemas.Event.NodeReported;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.NodeName;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What an operator sees: how much waits, who could take it, whether the server works. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperationsBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Failure STUCK =
      Failure.of(FailureCode.ENGINE_FAILED, "the box 0123456789ab cannot be removed");

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @SuppressWarnings("NullAway.Init")
  private Door operator;

  @BeforeAll
  void start() {
    operator = Door.of("ops", "operator");
    repository = ScratchRepository.withReadme();
    Door.applyEnvironment("operated", repository);
  }

  @AfterAll
  void end() {
    repository.delete();
  }

  private JsonNode queue() {
    return operator.get("/api/v1/queue").json();
  }

  @Test
  void theQueueIsAsDeepAsAttemptsWait() {
    int before = queue().path("queued").asInt();
    String body = "{\"environment\":\"operated\",\"prompt\":\"true\",\"attempts\":3}";

    String task = operator.post("/api/v1/tasks", body).json().path("id").asText();

    await().atMost(PATIENCE).until(() -> queue().path("queued").asInt() == before + 3);
    Instant oldest = Instant.parse(queue().path("oldestQueuedAt").asText());
    assertThat(oldest).isBefore(Instant.now());
    assertThat(operator.post("/api/v1/tasks/" + task + "/cancel", "").status()).isEqualTo(202);
    await().atMost(PATIENCE).until(() -> queue().path("queued").asInt() == before);
  }

  @Test
  void aQueueThatNobodyDrawsFromIsAnAlarmUntilANodeReports() throws Exception {
    operator.post("/api/v1/tasks", Door.submission("operated", "true"));
    await().atMost(PATIENCE).until(() -> queue().path("queued").asInt() > 0);
    assertThat(queue().path("alarm").asText()).contains("no node");

    NodeReported report =
        new NodeReported(
            new NodeName("idle"), "provisioner", Instant.now(), 4, 3, List.of(), null, STUCK);
    try (Broker broker = new Broker(Door.data())) {
      broker.append(
          new ProducerRecord<>(
              Topic.NODES.pattern(), report.key().getBytes(UTF_8), Broker.WIRE.encode(report)));
    }

    await().atMost(PATIENCE).until(() -> queue().path("nodes").asInt() == 1);
    JsonNode queue = queue();
    assertThat(queue.path("alarm").isNull()).as(queue.toString()).isTrue();
    assertThat(queue.path("permits").asInt()).isEqualTo(4);
    assertThat(queue.path("freePermits").asInt()).isEqualTo(3);
    JsonNode node = operator.get("/api/v1/nodes").json().path("items").get(0);
    assertThat(node.path("node").asText()).isEqualTo("idle");
    assertThat(node.path("alive").asBoolean()).isTrue();
    assertThat(node.at("/services/0/name").asText()).isEqualTo("provisioner");
    assertThat(node.at("/trouble/message").asText()).isEqualTo(STUCK.message());
    assertThat(node.has("takesNothing")).isFalse();
  }

  @Test
  void theServerSaysThatItIsReady() {
    JsonNode server = Door.stranger().get("/api/v1/server").json();

    assertThat(server.path("ready").asBoolean()).isTrue();
    assertThat(server.path("missing")).isEmpty();
    assertThat(Door.stranger().get("/q/health/ready").status()).isEqualTo(200);
    assertThat(Door.stranger().get("/q/health/live").status()).isEqualTo(200);
  }
}
