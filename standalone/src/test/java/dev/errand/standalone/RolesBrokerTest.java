package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation of the API by everybody: who may do it to what. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RolesBrokerTest {
  private static final String TASK = "{task}";
  private static final String YAML = "application/yaml";
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain";

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @SuppressWarnings("NullAway.Init")
  private List<Door> callers;

  @SuppressWarnings("NullAway.Init")
  private String task;

  @BeforeAll
  void start() {
    repository = ScratchRepository.withReadme();
    Door.applyEnvironment("roles", repository);
    callers =
        List.of(
            Door.stranger(),
            Door.of("owner", "producer"),
            Door.of("other", "producer"),
            Door.of("ops", "operator"),
            Door.admin());
    Door.Answer answer = callers.get(1).post("/api/v1/tasks", Door.submission("roles", "true"));
    task = answer.json().path("id").asText();
  }

  @AfterAll
  void end() {
    repository.delete();
  }

  /**
   * An operation and what it answers to each caller.
   *
   * @param answers to nobody, the task's owner, another producer, an operator, an admin
   */
  record Row(String operation, String path, String type, String body, List<Integer> answers) {
    @Override
    public String toString() {
      return operation;
    }
  }

  private static Row row(String operation, String path, Integer... answers) {
    return new Row(operation, path, JSON, "", List.of(answers));
  }

  private static Row row(String operation, String type, String body, Row row) {
    return new Row(operation, row.path(), type, body, row.answers());
  }

  static List<Row> table() {
    List<Row> rows = new ArrayList<>();
    rows.add(row("GET /api/v1/server", "/api/v1/server", 200, 200, 200, 200, 200));
    rows.add(row("GET /api/v1/nodes", "/api/v1/nodes", 401, 403, 403, 200, 200));
    rows.add(row("GET /api/v1/queue", "/api/v1/queue", 401, 403, 403, 200, 200));
    rows.addAll(deadLetters());
    rows.addAll(environments());
    rows.addAll(gitCredentials());
    rows.addAll(tasks());
    rows.addAll(tokens());
    return rows;
  }

  private static List<Row> deadLetters() {
    String letter = "/api/v1/dead-letters/0-99999";
    return List.of(
        row("GET /api/v1/dead-letters", "/api/v1/dead-letters", 401, 403, 403, 200, 200),
        row("GET /api/v1/dead-letters/{id}", letter, 401, 403, 403, 404, 404),
        row("POST /api/v1/dead-letters/{id}/replay", letter + "/replay", 401, 403, 403, 404, 404));
  }

  private static List<Row> environments() {
    String document = "repository: https://example.org/r\n";
    String secret = "/api/v1/environments/edited/secrets/TOKEN";
    return List.of(
        row("GET /api/v1/environments", "/api/v1/environments", 401, 200, 200, 200, 200),
        row("GET /api/v1/environments/{id}", "/api/v1/environments/roles", 401, 200, 200, 200, 200),
        row(
            "PUT /api/v1/environments/{id}",
            YAML,
            document,
            row("", "/api/v1/environments/edited", 401, 403, 403, 200, 200)),
        row(
            "POST /api/v1/environments/{id}/reset",
            "/api/v1/environments/edited/reset",
            401,
            403,
            403,
            200,
            200),
        row(
            "PUT /api/v1/environments/{id}/secrets/{name}",
            TEXT,
            "long enough",
            row("", secret, 401, 403, 403, 200, 200)),
        // The operator removes it, so that the admin finds none.
        row("DELETE /api/v1/environments/{id}/secrets/{name}", secret, 401, 403, 403, 204, 404),
        row(
            "DELETE /api/v1/environments/{id}",
            "/api/v1/environments/edited",
            401,
            403,
            403,
            204,
            404));
  }

  private static List<Row> gitCredentials() {
    String path = "/api/v1/git-credentials";
    String place = path + "?place=example.org/team";
    return List.of(
        row("GET " + path, path, 401, 403, 403, 200, 200),
        row(
            "PUT " + path,
            JSON,
            "{\"user\":\"robot\",\"token\":\"long-enough\"}",
            row("", place, 401, 403, 403, 200, 200)),
        // The operator removes it, so that the admin finds none.
        row("DELETE " + path, place, 401, 403, 403, 204, 404));
  }

  private static List<Row> tasks() {
    String path = "/api/v1/tasks/" + TASK;
    return List.of(
        row(
            "POST /api/v1/tasks",
            JSON,
            Door.submission("roles", "true"),
            row("", "/api/v1/tasks", 401, 201, 201, 201, 201)),
        row("GET /api/v1/tasks", "/api/v1/tasks", 401, 200, 200, 200, 200),
        row("GET /api/v1/tasks/{id}", path, 401, 200, 404, 200, 200),
        row("GET /api/v1/tasks/{id}/diff", path + "/diff", 401, 404, 404, 404, 404),
        row("GET /api/v1/tasks/{id}/logs", path + "/logs", 401, 200, 404, 200, 200),
        row("POST /api/v1/tasks/{id}/cancel", path + "/cancel", 401, 202, 404, 202, 202),
        // After the cancellation, so that the stream ends.
        row("GET /api/v1/tasks/{id}/events", path + "/events", 401, 200, 404, 200, 200));
  }

  private static List<Row> tokens() {
    return List.of(
        row(
            "POST /api/v1/tokens",
            JSON,
            "{\"owner\":\"new\",\"role\":\"producer\"}",
            row("", "/api/v1/tokens", 401, 403, 403, 403, 201)),
        row("GET /api/v1/tokens", "/api/v1/tokens", 401, 403, 403, 403, 200),
        row("DELETE /api/v1/tokens/{id}", "/api/v1/tokens/aaaaaaaaaaaa", 401, 403, 403, 403, 404));
  }

  @ParameterizedTest
  @MethodSource("table")
  void everybodyMayDoWhatTheTableSays(Row row) {
    List<Integer> answers = callers.stream().map(caller -> answer(caller, row).status()).toList();

    assertThat(answers).isEqualTo(row.answers());
  }

  private Door.Answer answer(Door caller, Row row) {
    String path = row.path().replace(TASK, task);
    String method = row.operation().substring(0, row.operation().indexOf(' '));
    return switch (method) {
      case "GET" -> caller.get(path);
      case "POST" -> caller.post(path, row.body());
      case "PUT" -> caller.put(path, row.type(), row.body());
      case "DELETE" -> caller.delete(path);
      default -> throw new IllegalArgumentException(method);
    };
  }

  @Test
  void theTableHasEveryOperation() {
    Set<String> operations =
        Contract.read().operations().keySet().stream()
            .filter(operation -> operation.contains(" /api/v1/"))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(table().stream().map(Row::operation))
        .containsExactlyInAnyOrderElementsOf(operations);
  }

  /** Another's task is as unknown as one that is not there, down to the last letter. */
  @Test
  void anothersTaskCannotBeToldFromNone() {
    Door other = callers.get(2);
    String nowhere = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    String theirs = other.get("/api/v1/tasks/" + task).body();
    String none = other.get("/api/v1/tasks/" + nowhere).body();

    assertThat(theirs.replace(task, nowhere)).isEqualTo(none);
  }

  @Test
  void aListHoldsWhatItsReaderMaySee() {
    assertThat(callers.get(1).get("/api/v1/tasks?limit=100").body()).contains(task);
    assertThat(callers.get(2).get("/api/v1/tasks?limit=100").body()).doesNotContain(task);
    assertThat(callers.get(3).get("/api/v1/tasks?limit=100&owner=owner").body()).contains(task);
    assertThat(callers.get(2).get("/api/v1/tasks?owner=owner").body()).contains("NOT_ALLOWED");
  }
}
