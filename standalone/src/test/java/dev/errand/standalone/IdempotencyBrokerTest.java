package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event.TaskAdmitted;
import dev.errand.schemas.Topic;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A request that is sent again is not done again. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IdempotencyBrokerTest {
  private static final int AT_ONCE = 12;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @SuppressWarnings("NullAway.Init")
  private Door ann;

  @BeforeAll
  void start() {
    repository = ScratchRepository.withReadme();
    Door.applyEnvironment("once", repository);
    ann = Door.of("ann", "producer");
  }

  @AfterAll
  void end() {
    repository.delete();
  }

  private static Door.Answer submit(Door door, String key, String prompt) {
    return door.post(
        "/api/v1/tasks", Door.submission("once", prompt), Map.of("Idempotency-Key", key));
  }

  private static String idOf(Door.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.json().path("id").asText();
  }

  @Test
  void theSameKeyWithTheSameRequestIsTheSameTask() {
    String key = UUID.randomUUID().toString();

    String first = idOf(submit(ann, key, "true"));

    assertThat(idOf(submit(ann, key, "true"))).isEqualTo(first);
    assertThat(idOf(submit(ann, UUID.randomUUID().toString(), "true"))).isNotEqualTo(first);
  }

  @Test
  void theSameKeyWithAnotherRequestIsAConflict() {
    String key = UUID.randomUUID().toString();
    String first = idOf(submit(ann, key, "true"));

    Door.Answer conflict = submit(ann, key, "false");

    assertThat(conflict.status()).isEqualTo(409);
    assertThat(conflict.json().path("code").asText()).isEqualTo("IDEMPOTENCY_CONFLICT");
    assertThat(conflict.json().path("detail").asText()).contains(first);
    assertThat(idOf(submit(ann, key, "true"))).as("after the conflict").isEqualTo(first);
  }

  @Test
  void aKeyIsItsOwnersAlone() {
    String key = UUID.randomUUID().toString();

    String anns = idOf(submit(ann, key, "true"));
    String bobs = idOf(submit(Door.of("bob", "producer"), key, "false"));

    assertThat(anns).isNotEqualTo(bobs);
  }

  @Test
  void twoTokensOfOneOwnerShareItsKeys() {
    String key = UUID.randomUUID().toString();

    assertThat(idOf(submit(Door.of("ann", "operator"), key, "true")))
        .isEqualTo(idOf(submit(ann, key, "true")));
  }

  @Test
  void manyAtOnceWithTheSameKeyAreOneTask() {
    String key = UUID.randomUUID().toString();

    List<String> ids =
        IntStream.range(0, AT_ONCE)
            .mapToObj(_ -> CompletableFuture.supplyAsync(() -> idOf(submit(ann, key, "true"))))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .distinct()
            .toList();

    assertThat(ids).hasSize(1);
    try (Broker broker = new Broker(Door.data())) {
      assertThat(
              broker
                  .facts(Topic.TASKS_ADMITTED, TaskAdmitted.class)
                  .filter(fact -> fact.task().value().equals(ids.getFirst())))
          .hasSize(1);
    }
  }

  /** What was refused stays refused: the key says that it is the same request. */
  @Test
  void aRefusalIsRepeatedToo() {
    String key = UUID.randomUUID().toString();
    for (int i = 0; i < 2; i++) {
      Door.Answer answer =
          ann.post(
              "/api/v1/tasks", Door.submission("nowhere", "true"), Map.of("Idempotency-Key", key));
      assertThat(answer.json().path("code").asText()).isEqualTo("ENVIRONMENT_UNKNOWN");
    }
  }
}
