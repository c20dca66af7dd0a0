package dev.errand.cli;

import static dev.errand.cli.FakeServer.TASK;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class MessageTest {
  private static final String MESSAGES = "POST /api/v1/tasks/" + TASK + "/messages";

  @TempDir private Path folder;
  private final FakeServer server = new FakeServer();

  @AfterEach
  void close() {
    server.close();
  }

  private static String task(String state) {
    String ended = state.equals("ready") ? ",\"endedAt\":\"2026-01-01T00:01:00Z\"" : "";
    return """
        {"id":"%s","title":"do it","state":"%s","createdAt":"2026-01-01T00:00:00Z",\
        "attempts":[{"number":1,"turn":2,"run":1,"message":"and now this","state":"queued"%s}]}"""
        .formatted(TASK, state, ended);
  }

  @Test
  void aMessageSaysWhichTurnBegins() {
    server.json(MESSAGES, 202, task("queued"));

    Errand.Outcome outcome =
        new Errand(folder, server).run("cloud", "message", TASK + "-1", "and now this");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out()).isEqualTo("attempt 1 goes on with turn 2\n");
    assertThat(server.last().body()).isEqualTo("{\"prompt\":\"and now this\",\"attempt\":1}");
    assertThat(server.last().header("Idempotency-Key")).hasSize(36);
  }

  @Test
  void theAttemptIsTheServersChoiceAndThePromptIsRead() {
    server.json(MESSAGES, 202, task("queued"));

    Errand.Outcome outcome =
        new Errand(folder, server).typing("line one\n").run("cloud", "message", "--json", TASK);

    assertThat(outcome.out()).contains("\"turn\"");
    assertThat(server.last().body()).isEqualTo("{\"prompt\":\"line one\\n\"}");
  }

  @Test
  void whoWaitsLearnsTheEnd() {
    server
        .json(MESSAGES, 202, task("queued"))
        .events(
            "GET /api/v1/tasks/" + TASK + "/events",
            "event: task\ndata: " + task("ready").replace("\n", "") + "\n\n");

    Errand.Outcome outcome =
        new Errand(folder, server).run("cloud", "message", "--wait", TASK, "and now this");

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out()).isEqualTo("attempt 1 goes on with turn 2\n");
    assertThat(outcome.err()).contains("ready");
  }

  @Test
  void aRefusalCarriesItsRemedy() {
    server.problem(
        MESSAGES,
        409,
        "{\"status\":409,\"code\":\"ATTEMPT_BUSY\",\"detail\":\"attempt 1 is still at work\","
            + "\"hint\":\"wait for it\"}");

    Errand.Outcome outcome = new Errand(folder, server).run("cloud", "message", TASK, "on");

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("attempt 1 is still at work")
        .contains("perhaps you should wait for it");
  }

  @Test
  void statusShowsTheTurn() {
    server.json("GET /api/v1/tasks/" + TASK, 200, task("running"));

    Errand.Outcome outcome = new Errand(folder, server).run("cloud", "status", TASK);

    assertThat(outcome.out()).contains("    turn 2: and now this\n");
  }
}
