package dev.errand.cli;

import static dev.errand.cli.FakeServer.TASK;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class TasksTest {
  private static final String ENVIRONMENT =
      "{\"id\":\"web\",\"label\":\"Web site\",\"version\":3,\"repository\":\"https://x/acme/web\"}";

  @TempDir private Path folder;
  private final FakeServer server = new FakeServer();

  @AfterEach
  void close() {
    server.close();
  }

  private static String task(String state) {
    return """
        {"id":"%s","title":"do it","state":"%s","environment":"web","branch":"main",\
        "commit":"0123456789abcdef0123456789abcdef01234567","createdAt":"2026-01-01T00:00:00Z",\
        "best":1,"attempts":[{"number":1,"state":"%s","node":"local",\
        "patch":{"files":1,"linesAdded":3,"linesRemoved":2,"bytes":99}}],\
        "url":"http://localhost:8080/codex/tasks/%s"}"""
        .formatted(TASK, state, state.equals("ready") ? "presented" : "executed", TASK);
  }

  @Test
  void execPrintsTheAddressAndNothingElse() {
    server
        .json("GET /api/v1/environments/web", 200, ENVIRONMENT)
        .json("POST /api/v1/tasks", 201, task("queued"));

    Errand.Outcome outcome =
        new Errand(folder, server).run("cloud", "exec", "--env", "web", "--attempts=2", "do it");

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out()).isEqualTo("http://localhost:8080/codex/tasks/" + TASK + "\n");
    assertThat(server.last().body())
        .isEqualTo(
            "{\"environment\":\"web\",\"prompt\":\"do it\",\"attempts\":2,"
                + "\"environmentVersion\":3}");
    assertThat(server.last().header("Idempotency-Key")).hasSize(36);
    assertThat(server.last().header("Authorization")).isEqualTo("Bearer " + FakeServer.TOKEN);
  }

  @Test
  void execReadsThePromptFromStandardInputAndFindsTheEnvironmentByLabel() {
    server
        .json("GET /api/v1/environments", 200, "{\"items\":[" + ENVIRONMENT + "]}")
        .json("POST /api/v1/tasks", 201, task("queued"));

    Errand.Outcome outcome =
        new Errand(folder, server)
            .typing("line one\nline zwö\n")
            .run("cloud", "exec", "--env", "Web site", "--idempotency-key", "k", "-");

    assertThat(outcome.err()).isEmpty();
    assertThat(server.last().body()).contains("\"prompt\":\"line one\\nline zwö\\n\"");
    assertThat(server.last().header("Idempotency-Key")).isEqualTo("k");
  }

  @Test
  void execDoesNotGuessBetweenTwoEnvironmentsWithOneLabel() {
    server.json("GET /api/v1/environments", 200, "[" + ENVIRONMENT + "," + ENVIRONMENT + "]");

    Errand.Outcome outcome =
        new Errand(folder, server).run("cloud", "exec", "--env", "Web site", "x");

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).contains("2 environments have the label 'Web site'");
  }

  @Test
  void anUnknownEnvironmentNamesTheOnesThereAre() {
    server.json("GET /api/v1/environments", 200, "[" + ENVIRONMENT + "]");

    Errand.Outcome outcome = new Errand(folder, server).run("cloud", "exec", "--env", "wbe", "x");

    assertThat(outcome.exit()).isEqualTo(3);
    assertThat(outcome.err())
        .contains("no environment is called 'wbe'")
        .contains("perhaps you should name one of: web");
  }

  @Test
  void execWithoutAPromptAtATerminalSaysHow() {
    Errand.Outcome outcome =
        new Errand(folder, server).atTerminal().run("cloud", "exec", "--env", "web");

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).contains("there is no prompt");
  }

  @Test
  void execWaitsAndEndsWithTheResult() {
    server
        .json("GET /api/v1/environments/web", 200, ENVIRONMENT)
        .json("POST /api/v1/tasks", 202, task("pending"))
        .events(
            "GET /api/v1/tasks/" + TASK + "/events",
            "event: task\nid: 1\ndata: " + task("running") + "\n\n",
            "event: task\nid: 2\ndata: " + task("failed") + "\n\nevent: end\ndata: {}\n\n");

    Errand.Outcome outcome =
        new Errand(folder, server).run("cloud", "exec", "--env", "web", "--wait", "do it");

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.out()).isEqualTo("http://localhost:8080/codex/tasks/" + TASK + "\n");
    assertThat(outcome.err().lines())
        .startsWith(
            "the server has taken the task and not yet decided on it",
            "running: executed",
            "connection lost (the server closed the stream), trying again",
            "failed: executed",
            "FAILED  do it");
    assertThat(server.last().header("Last-Event-ID")).isEqualTo("1");
  }

  @Test
  void withJsonStandardErrorHoldsFailuresOnly() {
    server
        .json("GET /api/v1/environments/web", 200, ENVIRONMENT)
        .json("POST /api/v1/tasks", 202, task("pending"))
        .events(
            "GET /api/v1/tasks/" + TASK + "/events",
            "event: task\nid: 1\ndata: " + task("running") + "\n\n",
            "event: task\nid: 2\ndata: " + task("ready") + "\n\n");

    Errand.Outcome outcome =
        new Errand(folder, server).run("cloud", "exec", "--env=web", "--wait", "--json", "do it");

    assertThat(outcome.out()).isEqualTo(task("ready") + "\n");
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void followingALogEndsWithSevenTooWhenTheTimeIsOver() {
    server
        .json("GET /api/v1/environments/web", 200, ENVIRONMENT)
        .json("POST /api/v1/tasks", 201, task("queued"))
        .events("GET /api/v1/tasks/" + TASK + "/logs", ": alive\n\n");

    Errand.Outcome outcome =
        new Errand(folder, server)
            .withQuickPauses()
            .run("cloud", "exec", "--env=web", "--follow", "--timeout=3s", "do it");

    assertThat(outcome.exit()).isEqualTo(7);
    assertThat(outcome.err()).contains("the task is not over yet");
  }

  @Test
  void aTimeoutWithoutAWaitIsAMistake() {
    Errand.Outcome outcome =
        new Errand(folder, server).run("cloud", "exec", "--env=web", "--timeout=3s", "do it");

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).contains("--timeout").contains("add --wait or --follow");
    assertThat(server.requests).isEmpty();
  }

  @Test
  void statusEndsWithOneUnlessReady() {
    server.json("GET /api/v1/tasks/" + TASK, 200, task("running"));
    assertThat(new Errand(folder, server).run("cloud", "status", TASK).exit()).isEqualTo(1);

    server.json("GET /api/v1/tasks/" + TASK, 200, task("ready"));
    Errand.Outcome ready =
        new Errand(folder, server).run("cloud", "status", server.url() + "/codex/tasks/" + TASK);

    assertThat(ready.exit()).isZero();
    assertThat(ready.out())
        .contains("READY  do it")
        .contains("environment  web, branch main, commit 0123456789")
        .contains("attempt 1    presented, on local, 1 file +3 -2");
  }

  @Test
  void statusShowsWhyATaskFailedWithoutItsTerminalControls() {
    server.json(
        "GET /api/v1/tasks/" + TASK,
        200,
        """
        {"id":"%s","title":"a\\u001b]0;owned\\u0007b","state":"failed","attempts":[{"number":1,
        "state":"failed","failure":{"code":"SETUP_FAILED","message":"setup ended with 1",
        "hint":"read the log","lastLines":["npm \\u001b[31merr\\u001b[0m \\u001b[2J"]}}]}
        """
            .formatted(TASK));

    Errand.Outcome outcome = new Errand(folder, server).atTerminal().run("cloud", "status", TASK);

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.out())
        .contains("FAILED  ab")
        .contains("setup ended with 1 (SETUP_FAILED)")
        .contains("perhaps you should read the log")
        .contains("| npm err")
        .doesNotContain("\u001b");
  }

  @Test
  void anAddressOfAnotherServerIsNotAskedHere() {
    Errand.Outcome outcome =
        new Errand(folder, server)
            .run("cloud", "status", "https://errand.example/codex/tasks/" + TASK);

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).contains("--server https://errand.example:443");
    assertThat(server.requests).isEmpty();
  }

  @Test
  void listPrintsATableAndTheNextCursor() {
    server.json("GET /api/v1/tasks", 200, "{\"items\":[" + task("ready") + "],\"cursor\":\"c 2\"}");

    Errand.Outcome outcome =
        new Errand(folder, server).run("cloud", "list", "--limit", "1", "--state", "ready");

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out().lines()).hasSize(2).first().asString().startsWith("TASK");
    assertThat(outcome.out()).contains(TASK + "  ready  ").contains("+3 -2  do it");
    assertThat(outcome.err()).isEqualTo("more: add --cursor c 2\n");
    assertThat(server.last().line()).isEqualTo("GET /api/v1/tasks?limit=1&state=ready");
  }

  @Test
  void listAsJsonIsTheServersDocument() {
    String page = "{\"items\":[" + task("ready") + "],\"cursor\":null}";
    server.json("GET /api/v1/tasks", 200, page);

    Errand.Outcome outcome =
        new Errand(folder, server).run("--json", "cloud", "list", "--cursor", "a b/c");

    assertThat(outcome.out()).isEqualTo(page + "\n");
    assertThat(server.last().line()).isEqualTo("GET /api/v1/tasks?limit=20&cursor=a%20b%2Fc");
  }

  @Test
  void waitEndsWithSevenWhenTheTimeIsOver() {
    server
        .json("GET /api/v1/tasks/" + TASK, 200, task("running"))
        .events("GET /api/v1/tasks/" + TASK + "/events", ": alive\n\n");

    Errand.Outcome outcome =
        new Errand(folder, server).withQuickPauses().run("cloud", "wait", TASK, "--timeout", "3s");

    assertThat(outcome.exit()).isEqualTo(7);
    assertThat(outcome.err()).contains("the task is not over yet");
  }

  @Test
  void waitSaysAtOnceThatATaskIsOver() {
    server.json("GET /api/v1/tasks/" + TASK, 200, task("ready"));

    Errand.Outcome outcome =
        new Errand(folder, server).run("cloud", "wait", TASK.toLowerCase(Locale.ROOT));

    assertThat(outcome.exit()).isZero();
    assertThat(server.lines()).containsExactly("GET /api/v1/tasks/" + TASK);
  }

  @Test
  void waitSaysWhyATaskFailed() {
    String failed =
        task("failed")
            .replace(
                "\"node\":",
                "\"failure\":{\"code\":\"AGENT_FAILED\",\"message\":\"exit code 3\"},\"node\":");
    server.json("GET /api/v1/tasks/" + TASK, 200, failed);

    Errand.Outcome outcome = new Errand(folder, server).run("cloud", "wait", TASK);

    assertThat(outcome.exit()).isOne();
    assertThat(outcome.out() + outcome.err()).contains("(AGENT_FAILED)");
  }

  @Test
  void cancelTakesOneAttempt() {
    server.json("POST /api/v1/tasks/" + TASK + "/cancel", 202, task("cancelled"));

    Errand.Outcome outcome = new Errand(folder, server).run("cloud", "cancel", TASK + "-2");

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out()).isEqualTo("cancelled\n");
    assertThat(server.last().body()).isEqualTo("{\"attempt\":2}");
  }

  @Test
  void cancelSaysWhatIsOnItsWay() {
    server.json("POST /api/v1/tasks/" + TASK + "/cancel", 202, task("running"));

    Errand.Outcome whole = new Errand(folder, server).run("cloud", "cancel", TASK);
    Errand.Outcome one = new Errand(folder, server).run("cloud", "cancel", TASK + "-2");

    assertThat(whole.out()).isEqualTo("cancelling\n");
    assertThat(one.out()).isEqualTo("cancelling attempt 2\n");
  }

  @Test
  void anIdempotencyKeyHasTheLengthThatTheServerTakes() {
    for (String key : List.of("", " ", "k".repeat(201))) {
      Errand.Outcome outcome =
          new Errand(folder, server).run("cloud", "exec", "--idempotency-key", key, "true");

      assertThat(outcome.exit()).isEqualTo(2);
      assertThat(outcome.err()).contains("an idempotency key has 1 to 200 characters");
    }
    assertThat(server.requests).isEmpty();
  }

  @Test
  void whatAnotherServerAnswersIsNoDiff() {
    server.on(
        "GET /api/v1/tasks/" + TASK + "/diff",
        request -> FakeServer.respond(request, 200, "text/html", "<html>hello</html>"));

    for (String[] command : new String[][] {{"cloud", "diff", TASK}, {"apply", TASK}}) {
      Errand.Outcome outcome = new Errand(folder, server).run(command);

      assertThat(outcome.exit()).isEqualTo(1);
      assertThat(outcome.out()).isEmpty();
      assertThat(outcome.err())
          .contains("the server's answer is no diff")
          .contains("names an Errand server");
    }
  }

  @Test
  void diffPassesBytesThroughAndColoursThemAtATerminal() {
    byte[] patch = {'-', 'a', '\r', '\n', '+', (byte) 0xff, 0x1b, '[', '2', 'J', '\n'};
    server.on(
        "GET /api/v1/tasks/" + TASK + "/diff",
        request -> {
          request.exchange().getResponseHeaders().set("Errand-Attempt", "1");
          FakeServer.respond(request, 200, "text/plain", patch);
        });

    Errand.Outcome piped = new Errand(folder, server).run("cloud", "diff", TASK);
    Errand.Outcome shown = new Errand(folder, server).atTerminal().run("cloud", "diff", TASK);

    assertThat(piped.bytes()).isEqualTo(patch);
    assertThat(shown.out()).isEqualTo("\u001b[31m-a\u001b[0m\n\u001b[32m+\ufffd\u001b[0m\n");
  }
}
