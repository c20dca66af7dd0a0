package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Verdict;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of mistake that a client can make is a problem that says what to do. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProblemsBrokerTest {
  private static final String NOWHERE = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @SuppressWarnings("NullAway.Init")
  private Door admin;

  @BeforeAll
  void start() {
    admin = Door.admin();
    repository = ScratchRepository.withReadme();
    Door.applyEnvironment("problems", repository);
  }

  @AfterAll
  void end() {
    repository.delete();
  }

  /**
   * A mistake and what it is called.
   *
   * @param says what the detail has to name
   */
  record Mistake(String what, FailureCode code, String says, Function<Door, Door.Answer> request) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Mistake> mistakes() {
    return Stream.of(
            tasks(),
            submissions(),
            values(),
            environments(),
            secrets(),
            tokens(),
            snapshots(),
            elsewhere())
        .flatMap(Function.identity());
  }

  private static Stream<Mistake> submissions() {
    return Stream.of(
        submission("no JSON", FailureCode.REQUEST_INVALID, "line 1, column 1", "hello"),
        submission("nothing", FailureCode.REQUEST_INVALID, "line 1", ""),
        submission("half a document", FailureCode.REQUEST_INVALID, "line 2", "{\n\"prompt\": \"x"),
        submission("a list", FailureCode.REQUEST_INVALID, "keys and values", "[]"),
        submission(
            "an unknown key",
            FailureCode.REQUEST_INVALID,
            "did you mean 'prompt'",
            "{\"environment\":\"problems\",\n  \"promt\":\"true\"}"),
        submission(
            "a key twice",
            FailureCode.REQUEST_INVALID,
            "line 1, column 16",
            "{\"prompt\":\"x\", \"prompt\":\"y\",\"environment\":\"problems\"}"),
        submission("no prompt", FailureCode.REQUEST_INVALID, "prompt", "{\"environment\":\"a\"}"),
        submission(
            "a number for a prompt",
            FailureCode.REQUEST_INVALID,
            "quotes",
            "{\"environment\":\"problems\",\"prompt\":5}"),
        submission(
            "an empty prompt", FailureCode.PROMPT_EMPTY, "empty", Door.submission("problems", " ")),
        submission(
            "a NUL in a prompt",
            FailureCode.REQUEST_INVALID,
            "NUL",
            Door.submission("problems", "a\0b")));
  }

  private static Stream<Mistake> values() {
    return Stream.of(
        submission(
            "a long prompt",
            FailureCode.PROMPT_TOO_LARGE,
            "131072",
            Door.submission("problems", "x".repeat(200_000))),
        submission(
            "more than a request takes",
            FailureCode.REQUEST_TOO_LARGE,
            "1 MiB",
            Door.submission("problems", "x".repeat(1 << 20))),
        submission(
            "no environment's id",
            FailureCode.REQUEST_INVALID,
            "environment id",
            Door.submission("Not An Id", "true")),
        submission(
            "an unknown environment",
            FailureCode.ENVIRONMENT_UNKNOWN,
            "nowhere",
            Door.submission("nowhere", "true")),
        submission(
            "five attempts",
            FailureCode.ATTEMPTS_OUT_OF_RANGE,
            "5",
            "{\"environment\":\"problems\",\"prompt\":\"true\",\"attempts\":5}"),
        submission(
            "half an attempt",
            FailureCode.REQUEST_INVALID,
            "line 1",
            "{\"environment\":\"problems\",\"prompt\":\"true\",\"attempts\":0.5}"),
        submission(
            "no branch's name",
            FailureCode.REQUEST_INVALID,
            "branch",
            "{\"environment\":\"problems\",\"prompt\":\"true\",\"branch\":\"--upload-pack=x\"}"),
        submission(
            "a branch that is not there",
            FailureCode.REF_NOT_FOUND,
            "nowhere",
            "{\"environment\":\"problems\",\"prompt\":\"true\",\"branch\":\"nowhere\"}"),
        new Mistake(
            "a form",
            FailureCode.MEDIA_TYPE_UNSUPPORTED,
            "content type",
            door ->
                Door.send(
                    door.request("/api/v1/tasks")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("prompt=true")))),
        new Mistake(
            "an idempotency key of 201 characters",
            FailureCode.REQUEST_INVALID,
            "1 to 200",
            door -> keyed(door, "k".repeat(201))));
  }

  private static Door.Answer keyed(Door door, String key) {
    return door.post(
        "/api/v1/tasks", Door.submission("problems", "true"), Map.of("Idempotency-Key", key));
  }

  private static Mistake submission(String what, FailureCode code, String says, String body) {
    return new Mistake(what, code, says, door -> door.post("/api/v1/tasks", body));
  }

  private static Stream<Mistake> tasks() {
    return Stream.of(
        get("no task's id", FailureCode.REQUEST_INVALID, "task id", "/api/v1/tasks/nothing"),
        get("an unknown task", FailureCode.TASK_UNKNOWN, NOWHERE, "/api/v1/tasks/" + NOWHERE),
        get(
            "an unknown task's diff",
            FailureCode.TASK_UNKNOWN,
            NOWHERE,
            "/api/v1/tasks/" + NOWHERE + "/diff"),
        get("no limit", FailureCode.REQUEST_INVALID, "1 to 100", "/api/v1/tasks?limit=0"),
        get("too large a limit", FailureCode.REQUEST_INVALID, "1 to", "/api/v1/tasks?limit=101"),
        get("no number", FailureCode.REQUEST_INVALID, "limit", "/api/v1/tasks?limit=many"),
        get("no cursor", FailureCode.REQUEST_INVALID, "cursor", "/api/v1/tasks?cursor=x"),
        get("no state", FailureCode.REQUEST_INVALID, "queued", "/api/v1/tasks?state=x"),
        get("no owner", FailureCode.REQUEST_INVALID, "owner", "/api/v1/tasks?owner=%20"),
        get(
            "no position",
            FailureCode.REQUEST_INVALID,
            "position",
            "/api/v1/tasks/" + NOWHERE + "?position=x"));
  }

  private static Mistake get(String what, FailureCode code, String says, String path) {
    return new Mistake(what, code, says, door -> door.get(path));
  }

  private static Stream<Mistake> environments() {
    return Stream.of(
        environment("malformed YAML", "line 3", "id: web\nrepository: [\n"),
        environment(
            "an unknown key",
            "did you mean 'setup'",
            "id: web\nrepository: https://h/r\nsetupp: x\n"),
        environment("no repository", "repository", "id: web\n"),
        environment("no URL", "repository", "id: web\nrepository: ':'\n"),
        environment("another id", "'webb' is not 'web'", "id: webb\nrepository: https://h/r\n"),
        environment("a tab", "line 2", "id: web\n\trepository: https://h/r\n"),
        environment("two documents", "line", "id: web\n---\nid: web\n"),
        environment(
            "a size of nothing", "size", "repository: https://h/r\nlimits: {memory: lots}\n"),
        environment(
            "a time of nothing", "time", "repository: https://h/r\nlimits: {agent: soon}\n"),
        environment("an agent of nobody", "command", "repository: https://h/r\nagent: me\n"),
        new Mistake(
            "malformed JSON",
            FailureCode.ENVIRONMENT_INVALID,
            "line 2",
            door ->
                door.put("/api/v1/environments/web", "application/json", "{\"id\": \"web\",\n}")),
        get("no id", FailureCode.REQUEST_INVALID, "environment", "/api/v1/environments/A"),
        get(
            "an unknown one",
            FailureCode.ENVIRONMENT_UNKNOWN,
            "nowhere",
            "/api/v1/environments/nowhere"),
        new Mistake(
            "a reset of an unknown one",
            FailureCode.ENVIRONMENT_UNKNOWN,
            "nowhere",
            door -> door.post("/api/v1/environments/nowhere/reset", "")),
        new Mistake(
            "the end of an unknown one",
            FailureCode.ENVIRONMENT_UNKNOWN,
            "nowhere",
            door -> door.delete("/api/v1/environments/nowhere")));
  }

  private static Mistake environment(String what, String says, String yaml) {
    return new Mistake(
        what,
        FailureCode.ENVIRONMENT_INVALID,
        says,
        door -> door.put("/api/v1/environments/web", "application/yaml", yaml));
  }

  private static Stream<Mistake> secrets() {
    String path = "/api/v1/environments/problems/secrets/";
    return Stream.of(
        new Mistake(
            "a short secret",
            FailureCode.REQUEST_INVALID,
            "8",
            door -> door.put(path + "TOKEN", "text/plain", "short")),
        new Mistake(
            "no secret's name",
            FailureCode.REQUEST_INVALID,
            "secret",
            door -> door.put(path + "lower", "text/plain", "long enough")),
        new Mistake(
            "a secret that is not there",
            FailureCode.NOT_FOUND,
            "TOKEN",
            door -> door.delete(path + "TOKEN")));
  }

  private static Stream<Mistake> tokens() {
    return Stream.of(
        new Mistake(
            "no role",
            FailureCode.REQUEST_INVALID,
            "producer, operator, admin",
            door -> door.post("/api/v1/tokens", "{\"owner\":\"ann\",\"role\":\"god\"}")),
        new Mistake(
            "an unknown token",
            FailureCode.NOT_FOUND,
            "token",
            door -> door.delete("/api/v1/tokens/aaaaaaaaaaaa")),
        new Mistake(
            "the last admin's token",
            FailureCode.REQUEST_INVALID,
            "last admin",
            door -> door.delete("/api/v1/tokens/" + adminsId())));
  }

  private static String adminsId() {
    return String.valueOf(Door.admin().token()).replaceAll("errand_([a-z2-7]{12})_.*", "$1");
  }

  private static Stream<Mistake> snapshots() {
    String path = "/api/v1/snapshots";
    return Stream.of(
        get(
            "an unknown snapshot",
            FailureCode.SNAPSHOT_UNKNOWN,
            "there is no snapshot 0123456789ab on nowhere",
            path + "/nowhere/0123456789ab"),
        get("no snapshot's id", FailureCode.REQUEST_INVALID, "snapshot", path + "/nowhere/x"),
        get("no node's name", FailureCode.REQUEST_INVALID, "node", path + "/A/0123456789ab"),
        get("no name of a node", FailureCode.REQUEST_INVALID, "node", path + "?node=A"),
        get("no environment", FailureCode.REQUEST_INVALID, "environment", path + "?environment=A"),
        get("no yes or no", FailureCode.REQUEST_INVALID, "true or false", path + "?valid=maybe"),
        get("no place in the list", FailureCode.REQUEST_INVALID, "cursor", path + "?cursor=x"),
        get("no part of the list", FailureCode.REQUEST_INVALID, "1 to 100", path + "?limit=0"),
        get("no number of snapshots", FailureCode.REQUEST_INVALID, "limit", path + "?limit=all"));
  }

  private static Stream<Mistake> elsewhere() {
    return Stream.of(
        get("no address", FailureCode.NOT_FOUND, "address", "/nowhere"),
        get("no address of the API", FailureCode.NOT_FOUND, "address", "/api/v1/nowhere"),
        get("no page's file", FailureCode.NOT_FOUND, "address", "/codex/page/nothing.js"),
        get("no dead letter", FailureCode.NOT_FOUND, "0-99999", "/api/v1/dead-letters/0-99999"),
        get("no dead letter's id", FailureCode.NOT_FOUND, "x", "/api/v1/dead-letters/x"),
        get("no such list", FailureCode.REQUEST_INVALID, "1 to", "/api/v1/dead-letters?limit=99"),
        get("no such page", FailureCode.REQUEST_INVALID, "cursor", "/api/v1/dead-letters?cursor=x"),
        get(
            "another's page",
            FailureCode.REQUEST_INVALID,
            "cursor",
            "/api/v1/dead-letters?cursor=1"),
        new Mistake(
            "no method",
            FailureCode.METHOD_NOT_ALLOWED,
            "method",
            door -> door.delete("/api/v1/tasks")),
        new Mistake(
            "no token",
            FailureCode.TOKEN_INVALID,
            "token",
            _ -> Door.stranger().get("/api/v1/tasks")),
        new Mistake(
            "a wrong token",
            FailureCode.TOKEN_INVALID,
            "token",
            _ -> new Door("errand_nobody_nothing").get("/api/v1/tasks")));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMistakeIsAProblemThatSaysWhatToDo(Mistake mistake) {
    Door.Answer answer = mistake.request().apply(admin);

    JsonNode problem = answer.json();
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(problem.path("code").asText()).isEqualTo(mistake.code().name());
    assertThat(answer.status()).isEqualTo(Verdict.on(mistake.code()).httpStatus());
    assertThat(problem.path("status").asInt()).isEqualTo(answer.status());
    assertThat(problem.path("detail").asText()).contains(mistake.says());
    assertThat(problem.path("hint").asText()).isEqualTo(mistake.code().hint());
    assertThat(answer.header("WWW-Authenticate")).isEqualTo(answer.status() == 401 ? "Bearer" : "");
  }

  @Test
  void aMistakeInADocumentHasItsPlaceAsNumbers() {
    String yaml = "id: web\nrepository: https://h/r\nlimits: {cpus: 2, agent: soon}\n";
    JsonNode problem = admin.put("/api/v1/environments/web", "application/yaml", yaml).json();
    assertThat(problem.path("line").asInt()).isEqualTo(3);
    assertThat(problem.path("column").asInt()).isEqualTo(26);

    String json = "{\"repository\": \"https://h/r\",\n \"limits\": {\"agent\": 5}}";
    problem = admin.put("/api/v1/environments/web", "application/json", json).json();
    assertThat(problem.path("line").asInt()).isEqualTo(2);
    assertThat(problem.path("column").asInt()).isEqualTo(22);
  }

  @Test
  void whatIsWrongIsTakenNowhere() {
    assertThat(admin.get("/api/v1/environments/web").status()).isEqualTo(404);
  }
}
