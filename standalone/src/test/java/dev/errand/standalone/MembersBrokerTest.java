package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Members of an environment see and cancel its tasks, as long as they are members. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MembersBrokerTest {
  private static final String TASKS = "/api/v1/tasks";
  private static final String ENVIRONMENTS = "/api/v1/environments/";

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @SuppressWarnings("NullAway.Init")
  private Door olga;

  @BeforeAll
  void start() {
    repository = ScratchRepository.withReadme();
    olga = Door.of("olga", "producer");
  }

  @AfterAll
  void end() {
    repository.delete();
  }

  private void apply(String environment, String lines) {
    Door.applyEnvironment(environment, repository, lines);
  }

  private static String submit(Door door, String environment) {
    Door.Answer answer = door.post(TASKS, Door.submission(environment, "true"));
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.json().path("id").asText();
  }

  private String state(String task) {
    return olga.get(TASKS + "/" + task).json().path("state").asText();
  }

  private static List<String> listed(Door door, String filter) {
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      String from = cursor.isEmpty() ? "" : "&cursor=" + cursor;
      JsonNode page = door.get(TASKS + "?limit=1" + filter + from).json();
      page.path("items").forEach(item -> ids.add(item.path("id").asText()));
      cursor = page.path("cursor").isTextual() ? page.path("cursor").asText() : "";
    } while (!cursor.isEmpty());
    return ids;
  }

  private static void assertUnknown(Door.Answer answer) {
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.json().path("code").asText()).isEqualTo("TASK_UNKNOWN");
  }

  @Test
  void aMemberSeesAndCancelsAnothersTask() {
    apply("joined", "members: [mia]\n");
    Door mia = Door.of("mia", "producer");
    String task = submit(olga, "joined");

    Door.Answer seen = mia.get(TASKS + "/" + task);
    Door.Answer cancelled = mia.post(TASKS + "/" + task + "/cancel", "");

    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.json().path("owner").asText()).isEqualTo("olga");
    assertThat(cancelled.status()).isEqualTo(202);
    await().until(() -> state(task).equals("cancelled"));
  }

  @Test
  void aMembersListHasItsOwnTasksAndTheEnvironments() {
    apply("listed", "members: [nora]\n");
    apply("apart", "");
    Door nora = Door.of("nora", "producer");
    String shared = submit(olga, "listed");
    String apart = submit(olga, "apart");
    String own = submit(nora, "apart");

    assertThat(listed(nora, "")).containsExactly(own, shared);
    assertThat(listed(nora, "&owner=nora")).containsExactly(own);
    assertThat(listed(nora, "&owner=olga")).containsExactly(shared);
    assertThat(listed(nora, "&owner=olga&environment=apart")).isEmpty();
    assertUnknown(nora.get(TASKS + "/" + apart));
    assertThat(listed(olga, "")).contains(shared, apart).doesNotContain(own);
  }

  @Test
  void whoIsAMemberNoLongerSeesNothingAnyMore() {
    apply("left", "members: [pia]\n");
    Door pia = Door.of("pia", "producer");
    String task = submit(olga, "left");
    assertThat(pia.get(TASKS + "/" + task).status()).isEqualTo(200);

    apply("left", "");

    assertUnknown(pia.get(TASKS + "/" + task));
    assertUnknown(pia.post(TASKS + "/" + task + "/cancel", ""));
    assertUnknown(pia.get(TASKS + "/" + task + "/logs"));
    assertThat(listed(pia, "")).isEmpty();
    assertThat(pia.get(TASKS + "?owner=olga").status()).isEqualTo(403);
    assertThat(state(task)).isEqualTo("queued");
  }

  @Test
  void aDeletedEnvironmentHasNoMembers() {
    apply("deleted", "members: [rosa]\n");
    Door rosa = Door.of("rosa", "producer");
    String task = submit(olga, "deleted");
    assertThat(rosa.get(TASKS + "/" + task).status()).isEqualTo(200);

    assertThat(Door.admin().delete(ENVIRONMENTS + "deleted").status()).isEqualTo(204);

    assertUnknown(rosa.get(TASKS + "/" + task));
    assertThat(listed(rosa, "")).isEmpty();
    assertThat(olga.get(TASKS + "/" + task).status()).isEqualTo(200);
  }

  @Test
  void membersChangeWithoutShowingSecretsToOtherCode() {
    Door admin = Door.admin();
    apply("kept", "secrets: [TOKEN]\n");
    admin.put(ENVIRONMENTS + "kept/secrets/TOKEN", "text/plain", "long enough");

    apply("kept", "secrets: [TOKEN]\nmembers: [zoe, abe]\n"); // refused if it had to be confirmed
    apply("kept", "secrets: [TOKEN]\nmembers: [abe, zoe]\n");

    JsonNode kept = admin.get(ENVIRONMENTS + "kept").json();
    assertThat(kept.path("members").toString()).isEqualTo("[\"abe\",\"zoe\"]");
    assertThat(kept.path("version").asInt()).as("the same in another order").isEqualTo(2);
    JsonNode reset = admin.post(ENVIRONMENTS + "kept/reset", "").json();
    assertThat(reset.path("members")).isEqualTo(kept.path("members"));
  }

  @Test
  void aMemberDoesNotSayWhoElseIsOne() {
    apply("closed", "members: [ute]\n");
    Door ute = Door.of("ute", "producer");
    String document = "repository: %s\nmembers: [ute, eve]\n".formatted(repository.url());

    Door.Answer refused = ute.put(ENVIRONMENTS + "closed", "application/yaml", document);

    assertThat(refused.status()).isEqualTo(403);
    assertThat(ute.get(ENVIRONMENTS + "closed").json().path("members").size()).isEqualTo(1);
  }
}
