package dev.errand.cli;

import static dev.errand.cli.FakeServer.TASK;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class LogsTest {
  private static final String LOGS = "GET /api/v1/tasks/" + TASK + "/logs";
  private static final String END = "event: end\ndata: {\"state\":\"ready\"}\n\n";

  @TempDir private Path folder;
  private final FakeServer server = new FakeServer();

  @AfterEach
  void close() {
    server.close();
  }

  private void task(int attempts) {
    String each = "{\"number\":1},{\"number\":2}";
    server.json(
        "GET /api/v1/tasks/" + TASK,
        200,
        "{\"id\":\"" + TASK + "\",\"attempts\":[" + (attempts == 1 ? "" : each) + "]}");
  }

  private static String log(String id, int attempt, String text) {
    return "event: log\nid: %s\ndata: {\"attempt\":%d,\"stage\":\"agent\",\"text\":\"%s\"}\n\n"
        .formatted(id, attempt, text);
  }

  @Test
  void aCutStreamIsResumedAfterTheLastEvent() {
    task(1);
    server.events(
        LOGS,
        log("1", 1, "one\\n") + log("2", 1, "two") + "event: log\nid: 3\ndata: {\"attempt\":1",
        log("2", 1, "two") + log("3", 1, " three\\n") + END);

    Errand.Outcome outcome =
        new Errand(folder, server).withQuickPauses().run("cloud", "logs", "-f", TASK);

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out()).isEqualTo("one\ntwo three\n");
    assertThat(outcome.err()).isEqualTo("-- attempt 1: agent --\n");
    assertThat(server.last().line()).isEqualTo(LOGS + "?follow=true");
    assertThat(server.last().header("Last-Event-ID")).isEqualTo("2");
  }

  @Test
  void aServerThatRestartsIsWaitedFor() {
    task(1);
    AtomicInteger count = new AtomicInteger();
    server.on(
        LOGS,
        request -> {
          int now = count.getAndIncrement();
          if (now == 1) {
            FakeServer.respond(request, 503, "text/plain", "starting");
          } else {
            String text = now == 0 ? log("1", 1, "a") : log("2", 1, "b\\n") + END;
            FakeServer.respond(request, 200, "text/event-stream", text);
          }
        });

    Errand.Outcome outcome =
        new Errand(folder, server).withQuickPauses().run("cloud", "logs", "-f", TASK);

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out()).isEqualTo("ab\n");
  }

  @Test
  void aConnectionThatBreaksInTheMiddleOfABodyIsResumed() {
    task(1);
    AtomicInteger count = new AtomicInteger();
    server.on(
        LOGS,
        request -> {
          if (count.getAndIncrement() > 0) {
            FakeServer.respond(request, 200, "text/event-stream", log("2", 1, "b\\n") + END);
            return;
          }
          request.exchange().getResponseHeaders().set("Content-Type", "text/event-stream");
          request.exchange().sendResponseHeaders(200, 100_000); // promises more than it sends
          OutputStream out = request.exchange().getResponseBody();
          out.write(log("1", 1, "a").getBytes(StandardCharsets.UTF_8));
          out.flush();
          throw new IOException("the server dies here"); // the connection is closed by this
        });

    Errand.Outcome outcome =
        new Errand(folder, server).withQuickPauses().run("cloud", "logs", "-f", TASK);

    assertThat(outcome.out()).isEqualTo("ab\n");
  }

  @Test
  void linesOfSeveralAttemptsNameTheirOwn() {
    task(2);
    server.events(LOGS, log("1", 1, "a") + log("2", 2, "x\\ny\\n") + log("3", 1, "b\\n") + END);

    Errand.Outcome outcome = new Errand(folder, server).run("cloud", "logs", "-f", TASK);

    assertThat(outcome.out()).isEqualTo("[2] x\n[2] y\n[1] ab\n");
  }

  @Test
  void coloursStayAtATerminalAndOtherControlsNever() {
    task(1);
    server.events(
        LOGS,
        log("1", 1, "\\u001b[3")
            + log("2", 1, "1mred\\u001b[0m \\u001b]52;c;eA==\\u0007!\\n")
            + END);

    Errand.Outcome shown = new Errand(folder, server).atTerminal().run("cloud", "logs", "-f", TASK);
    Errand.Outcome piped = new Errand(folder, server).run("cloud", "logs", "-f", TASK);

    assertThat(shown.out()).isEqualTo("\u001b[31mred\u001b[0m !\n\u001b[0m");
    assertThat(piped.out()).isEqualTo("red !\n");
  }

  @Test
  void progressAndOmissionsAreNotesAndNoResults() {
    task(1);
    server.events(
        LOGS,
        "event: progress\ndata: {\"attempt\":1,\"stage\":\"agent\",\"kind\":\"tool\","
            + "\"text\":\"ls\"}\n\n"
            + "event: log\ndata: {\"attempt\":1,\"stage\":\"agent\",\"text\":\"x\\n\","
            + "\"truncated\":true}\n\n"
            + END);

    Errand.Outcome outcome = new Errand(folder, server).run("cloud", "logs", "-f", TASK);

    assertThat(outcome.out()).isEqualTo("x\n");
    assertThat(outcome.err()).contains("-- tool ls").contains("some output is left out here");
  }

  @Test
  void anAttemptThatIsNotThereIsNoEmptyLog() {
    task(2);

    Errand.Outcome unknown =
        new Errand(folder, server).run("cloud", "logs", TASK, "--attempt", "3");
    Errand.Outcome impossible =
        new Errand(folder, server).run("cloud", "logs", TASK, "--attempt", "0");

    assertThat(unknown.exit()).isEqualTo(3);
    assertThat(unknown.err()).contains("the task has no attempt 3").contains("1 to 2");
    assertThat(impossible.exit()).isEqualTo(2);
    assertThat(impossible.err()).contains("--attempt is 0");
  }

  @Test
  void withoutFollowTheWholeLogIsPrinted() {
    task(2);
    server.on(
        LOGS,
        request ->
            FakeServer.respond(request, 200, "text/plain", new byte[] {'a', (byte) 0xff, '\n'}));

    Errand.Outcome outcome =
        new Errand(folder, server).run("cloud", "logs", TASK, "--attempt", "2");

    assertThat(outcome.out()).isEqualTo("a\ufffd\n");
    assertThat(server.last().line()).isEqualTo(LOGS + "?attempt=2");
    assertThat(server.last().header("Accept")).isEqualTo("text/plain");
  }

  @Test
  void jsonIsOneEventALine() {
    task(1);
    server.events(LOGS, log("1", 1, "a") + END);

    Errand.Outcome outcome = new Errand(folder, server).run("cloud", "logs", TASK, "--json");

    assertThat(outcome.out().lines())
        .containsExactly(
            "{\"event\":\"log\",\"data\":{\"attempt\":1,\"stage\":\"agent\",\"text\":\"a\"}}",
            "{\"event\":\"end\",\"data\":{\"state\":\"ready\"}}");
  }
}
