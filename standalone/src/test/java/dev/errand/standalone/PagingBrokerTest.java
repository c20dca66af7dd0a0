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

/** A list is read to its end page by page, whatever happens meanwhile; writes are read back. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PagingBrokerTest {
  private static final int TASKS = 7;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @SuppressWarnings("NullAway.Init")
  private Door carol;

  @BeforeAll
  void start() {
    repository = ScratchRepository.withReadme();
    Door.applyEnvironment("paged", repository);
    carol = Door.of("carol", "producer");
  }

  @AfterAll
  void end() {
    repository.delete();
  }

  private static String submit(Door door) {
    Door.Answer answer = door.post("/api/v1/tasks", Door.submission("paged", "true"));
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.json().path("id").asText();
  }

  @Test
  void pagesHoldEveryTaskOnceWhileNewOnesArrive() {
    List<String> submitted = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      submitted.add(submit(carol));
    }

    List<String> read = new ArrayList<>();
    String cursor = "";
    do {
      String from = cursor.isEmpty() ? "" : "&cursor=" + cursor;
      JsonNode page = carol.get("/api/v1/tasks?limit=2" + from).json();
      assertThat(page.path("items").size()).isLessThanOrEqualTo(2);
      page.path("items").forEach(item -> read.add(item.path("id").asText()));
      cursor = page.path("cursor").asText("");
      submit(carol); // must not push anything onto the next page
    } while (!cursor.isEmpty() && !cursor.equals("null"));

    assertThat(read).containsExactlyElementsOf(submitted.reversed());
  }

  @Test
  void filtersNarrowTheList() {
    Door dave = Door.of("dave", "producer");
    String task = submit(dave);
    Door admin = Door.admin();

    assertThat(idsOf(admin.get("/api/v1/tasks?owner=dave"))).containsExactly(task);
    assertThat(idsOf(admin.get("/api/v1/tasks?owner=dave&state=queued"))).containsExactly(task);
    assertThat(idsOf(admin.get("/api/v1/tasks?owner=dave&state=ready"))).isEmpty();
    assertThat(idsOf(admin.get("/api/v1/tasks?owner=dave&environment=other"))).isEmpty();
    assertThat(idsOf(dave.get("/api/v1/tasks?owner=dave"))).containsExactly(task);
  }

  private static List<String> idsOf(Door.Answer page) {
    List<String> ids = new ArrayList<>();
    page.json().path("items").forEach(item -> ids.add(item.path("id").asText()));
    return ids;
  }

  @Test
  void whatWasWrittenIsReadWithItsPosition() {
    Door.Answer submitted = carol.post("/api/v1/tasks", Door.submission("paged", "true"));
    String task = "/api/v1/tasks/" + submitted.json().path("id").asText();
    assertThat(submitted.header("Errand-Position")).startsWith("tasks.requested:");
    assertThat(submitted.header("Location"))
        .endsWith("/codex" + task.substring("/api/v1".length()));

    Door.Answer cancelled = carol.post(task + "/cancel", "");
    String position = cancelled.header("Errand-Position");
    Door.Answer read = carol.get(task + "?position=" + position);

    assertThat(cancelled.status()).isEqualTo(202);
    assertThat(position).startsWith("tasks.cancel-requested:");
    assertThat(read.status()).isEqualTo(200);
  }

  /** A producer of the inbox knows where its record lies before admission has seen it. */
  @Test
  void aRequestIsReadByItsPositionOnceItIsAdmitted() throws Exception {
    Robot robot = Robot.hired("erin");
    var request = robot.request("paged", "true");
    try (Broker broker = new Broker(Door.data())) {
      var place = broker.append(robot.signed(request));
      String position = "tasks.requested:%d:%d".formatted(place.partition(), place.offset());

      String path = "/api/v1/tasks/" + request.task() + "?position=" + position;

      await().until(() -> Door.admin().get(path).status() == 200);
    }
  }

  @Test
  void aPositionThatNeverComesIsNotWaitedForForEver() {
    String task = submit(carol);

    Door.Answer read =
        carol.get("/api/v1/tasks/" + task + "?position=tasks.cancel-requested:0:999999");

    assertThat(read.status()).isEqualTo(200);
  }
}
