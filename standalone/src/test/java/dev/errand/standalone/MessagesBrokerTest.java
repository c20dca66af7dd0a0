package dev.errand.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.artifacts.DiskReserve;
import dev.errand.artifacts.FileArtifactStore;
import dev.errand.schemas.Event.AttemptSubmitted;
import dev.errand.schemas.Patch;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.Topic;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.CommitSha;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A message to an attempt that is over is its next turn; whatever else comes of it is said. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MessagesBrokerTest {
  private static final byte[] PATCH = "a patch\n".getBytes(UTF_8);
  private static final int AT_ONCE = 6;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @SuppressWarnings("NullAway.Init")
  private Door ann;

  @SuppressWarnings("NullAway.Init")
  private FileArtifactStore store;

  @BeforeAll
  void start() throws IOException {
    repository = ScratchRepository.withReadme();
    Door.applyEnvironment("talk", repository);
    ann = Door.of("ann", "producer");
    store = new FileArtifactStore(Door.data().resolve("artifacts"), DiskReserve.of(Door.data(), 0));
  }

  @AfterAll
  void end() {
    repository.delete();
  }

  /** The path of a task whose attempt has presented a diff. */
  private String presented() throws Exception {
    Patch patch =
        new Patch(
            new CommitSha("c".repeat(40)),
            store.put(new ByteArrayInputStream(PATCH)),
            PATCH.length,
            1,
            1,
            0,
            null);
    return PresentedTask.of(ann, "talk").with(patch, PresentedTask.log(store, "a log\n"));
  }

  private Door.Answer say(String task, String prompt) {
    return ann.post(task + "/messages", "{\"prompt\":%s}".formatted(Door.quoted(prompt)));
  }

  private Door.Answer say(String task, String prompt, String key) {
    return ann.post(
        task + "/messages",
        "{\"prompt\":%s}".formatted(Door.quoted(prompt)),
        Map.of("Idempotency-Key", key));
  }

  private static void assertRefused(Door.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.json().path("code").asText()).isEqualTo(code);
    assertThat(answer.json().path("hint").asText()).isNotBlank();
  }

  private static List<Turn> turns(String task) {
    try (Broker broker = new Broker(Door.data())) {
      return broker
          .facts(Topic.ATTEMPTS_SUBMITTED, AttemptSubmitted.class)
          .filter(fact -> task.endsWith(fact.task().value()) && fact.run().turn() > 1)
          .map(AttemptSubmitted::turn)
          .toList();
    }
  }

  @Test
  void aMessageIsTheNextTurnAndTheDiffStaysUntilItHasOne() throws Exception {
    String task = presented();

    Door.Answer answer = say(task, "And now\nthe tests");

    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    JsonNode attempt = answer.json().path("attempts").path(0);
    assertThat(answer.json().path("state").asText()).isIn("queued", "running");
    assertThat(attempt.path("turn").asInt()).isEqualTo(2);
    assertThat(attempt.path("message").asText()).isEqualTo("And now");
    assertThat(answer.header("Errand-Position")).startsWith("turns.requested:");
    await()
        .untilAsserted(
            () ->
                assertThat(turns(task))
                    .singleElement()
                    .satisfies(
                        turn -> {
                          assertThat(turn.prompt()).isEqualTo("And now\nthe tests");
                          assertThat(turn.patch()).isNotNull();
                        }));
    assertThat(ann.get(task + "/diff").body()).isEqualTo("a patch\n");
  }

  @Test
  void ofManyAtOnceOneHasTheTurn() throws Exception {
    String task = presented();

    List<Door.Answer> answers =
        IntStream.range(0, AT_ONCE)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> say(task, "message " + i)))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();

    assertThat(answers).filteredOn(answer -> answer.status() == 202).hasSize(1);
    assertThat(answers)
        .filteredOn(answer -> answer.status() != 202)
        .allSatisfy(answer -> assertRefused(answer, 409, "ATTEMPT_BUSY"));
    await().until(() -> turns(task).size() == 1);
  }

  @Test
  void theSameKeyIsTheSameMessage() throws Exception {
    String task = presented();

    assertThat(say(task, "on", "k1").status()).isEqualTo(202);
    assertThat(say(task, "on", "k1").status()).isEqualTo(202);
    assertRefused(say(task, "off", "k1"), 409, "IDEMPOTENCY_CONFLICT");
    assertRefused(say(task, "on", "k2"), 409, "ATTEMPT_BUSY");
    assertThat(turns(task)).hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void whatCannotBeGoneOnWithSaysWhy() throws Exception {
    String working = "/api/v1/tasks/" + PresentedTask.of(ann, "talk").id();
    String cancelled = "/api/v1/tasks/" + PresentedTask.of(ann, "talk").id();
    ann.post(cancelled + "/cancel", "");
    await().until(() -> ann.get(cancelled).json().path("state").asText().equals("cancelled"));

    assertRefused(say(working, "on"), 409, "ATTEMPT_BUSY");
    assertRefused(say(cancelled, "on"), 409, "ATTEMPT_CLOSED");
    assertRefused(say("/api/v1/tasks/01ARZ3NDEKTSV4RRFFQ69G5FAV", "on"), 404, "TASK_UNKNOWN");
  }

  @Test
  void aMessageThatIsNoneIsRefused() throws Exception {
    String task = presented();

    assertRefused(say(task, " "), 400, "PROMPT_EMPTY");
    assertRefused(say(task, "x".repeat(TaskSpec.MAX_PROMPT_BYTES + 1)), 413, "PROMPT_TOO_LARGE");
    assertRefused(say(task, "on", "k".repeat(201)), 400, "REQUEST_INVALID");
    assertRefused(
        ann.post(task + "/messages", "{\"prompt\":\"on\",\"attempt\":2}"), 404, "NOT_FOUND");
    assertRefused(
        ann.post(task + "/messages", "{\"prompt\":\"on\",\"attempt\":0}"), 400, "REQUEST_INVALID");
    assertThat(turns(task)).isEmpty();
  }
}
