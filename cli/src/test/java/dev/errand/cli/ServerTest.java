package dev.errand.cli;

import static dev.errand.cli.FakeServer.TASK;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ServerTest {
  private static final String ENVIRONMENT = "GET /api/v1/environments/web";

  @TempDir private Path folder;
  private final FakeServer server = new FakeServer();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aRefusalIsTheMessageTheRemedyAndTheLastLines() {
    server.problem(
        "GET /api/v1/tasks",
        422,
        "{\"code\":\"SETUP_FAILED\",\"detail\":\"setup ended with 1\",\"hint\":\"read the log\","
            + "\"lastLines\":[\"npm \\u001b[2Jerr\"]}");

    Errand.Outcome outcome = new Errand(folder, server).run("cloud", "list");

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err())
        .isEqualTo(
            """
            errand: setup ended with 1 (SETUP_FAILED)
            perhaps you should read the log
            the last lines:
              | npm err
            """);
  }

  @Test
  void statusCodesBecomeTheDocumentedExitCodes() {
    int[][] cases = {{400, 2}, {401, 4}, {403, 4}, {404, 3}, {413, 2}, {500, 1}, {503, 6}};
    for (int[] each : cases) {
      server.problem("GET /api/v1/tasks", each[0], "{}");
      assertThat(new Errand(folder, server).run("cloud", "list").exit())
          .as("status " + each[0])
          .isEqualTo(each[1]);
    }
  }

  @Test
  void aDiffThatIsNotThereYetIsNoUnknownTask() {
    server.problem(
        "GET /api/v1/tasks/" + TASK + "/diff", 404, "{\"code\":\"DIFF_MISSING\",\"detail\":\"x\"}");

    assertThat(new Errand(folder, server).run("cloud", "diff", TASK).exit()).isEqualTo(1);
  }

  @Test
  void redirectsAreNotFollowed() {
    try (FakeServer other = new FakeServer()) {
      server.on(
          "GET /api/v1/tasks",
          request -> {
            request.exchange().getResponseHeaders().set("Location", other.url() + "/steal");
            FakeServer.respond(request, 302, "text/plain", "");
          });

      Errand.Outcome outcome = new Errand(folder, server).run("cloud", "list");

      assertThat(outcome.exit()).isEqualTo(1);
      assertThat(outcome.err()).contains("redirects to " + other.url()).contains("never sent on");
      assertThat(other.requests).isEmpty();
    }
  }

  @Test
  void aServerThatIsNotThereIsSaidWithItsRemedy() {
    Errand.Outcome outcome =
        new Errand(folder)
            .with("ERRAND_SERVER", "http://127.0.0.1:1")
            .with("ERRAND_TOKEN", "t")
            .run("cloud", "list");

    assertThat(outcome.exit()).isEqualTo(6);
    assertThat(outcome.err())
        .contains("no server answers at http://127.0.0.1:1")
        .contains("errand up");
  }

  @Test
  void aServerWithoutTlsIsSaidToHaveNone() throws IOException {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> answerPlainly(plain));
      String url = "https://127.0.0.1:" + plain.getLocalPort();

      Errand.Outcome outcome = new Errand(folder, server).run("cloud", "list", "--server", url);

      assertThat(answered).succeedsWithin(Duration.ofSeconds(10));
      assertThat(outcome.exit()).isEqualTo(6);
      assertThat(outcome.err())
          .contains("no secure connection to " + url)
          .contains("check the server's certificate");
    }
  }

  private static void answerPlainly(ServerSocket server) {
    try (Socket socket = server.accept()) {
      socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aRequestWithoutAKeyIsNeverSentTwice() {
    server.json(ENVIRONMENT, 200, "{\"id\":\"web\",\"version\":1}");
    server.on("POST /api/v1/environments/web/reset", request -> request.exchange().close());

    Errand.Outcome outcome = new Errand(folder, server).run("env", "reset", "web");

    assertThat(outcome.exit()).isEqualTo(6);
    assertThat(server.lines()).containsExactly(ENVIRONMENT, "POST /api/v1/environments/web/reset");
  }

  @Test
  void aSubmissionIsSentAgainWithTheSameKey() {
    server.json(ENVIRONMENT, 200, "{\"id\":\"web\",\"version\":1}");
    AtomicInteger count = new AtomicInteger();
    server.on(
        "POST /api/v1/tasks",
        request -> {
          if (count.incrementAndGet() == 1) {
            request.exchange().close();
          } else {
            FakeServer.respond(request, 201, "application/json", "{\"id\":\"i\",\"url\":\"u\"}");
          }
        });

    Errand.Outcome outcome = new Errand(folder, server).run("cloud", "exec", "--env=web", "x");

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.err()).contains("sending it again with the same key");
    assertThat(server.requests).hasSize(3);
    assertThat(server.last().header("Idempotency-Key"))
        .isEqualTo(server.requests.get(1).header("Idempotency-Key"));
  }

  @Test
  void theDataFoldersTokenGoesToTheDataFoldersServerOnly() throws IOException {
    Path data = Files.createDirectories(folder.resolve(".errand/server"));
    Files.writeString(data.resolve("url"), server.url() + "\n");
    Files.writeString(folder.resolve(".errand/token"), "own\n");
    server.json("GET /api/v1/tasks", 200, "{\"items\":[]}");
    try (FakeServer other = new FakeServer()) {
      other.json("GET /api/v1/tasks", 200, "{\"items\":[]}");

      new Errand(folder).run("cloud", "list");
      new Errand(folder).run("cloud", "list", "--server", other.url());

      assertThat(server.last().header("Authorization")).isEqualTo("Bearer own");
      assertThat(other.last().header("Authorization")).isEmpty();
    }
  }

  @Test
  void theEnvironmentsTokenStaysWithTheEnvironmentsServer() {
    try (FakeServer other = new FakeServer()) {
      other.json("GET /api/v1/tasks", 200, "{\"items\":[]}");

      new Errand(folder, server).run("cloud", "list", "--server", other.url());

      assertThat(other.last().header("Authorization")).isEmpty();
    }
  }

  @Test
  void failuresAreJsonWhenAskedFor() {
    server.problem("GET /api/v1/tasks", 403, "{\"code\":\"NOT_ALLOWED\",\"detail\":\"no\"}");

    Errand.Outcome outcome = new Errand(folder, server).run("cloud", "list", "--json");

    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .isEqualTo(
            "{\"exitCode\":4,\"code\":\"NOT_ALLOWED\",\"detail\":\"no\",\"hint\":null,"
                + "\"lastLines\":[]}\n");
  }

  @Test
  void aSecretsValueComesFromStandardInputOrIsTypedWithoutEcho() {
    server.json(ENVIRONMENT, 200, "{\"id\":\"web\",\"version\":1}");
    server.json("PUT /api/v1/environments/web/secrets/KEY", 200, "{}");

    new Errand(folder, server).typing("s3cret value\n").run("env", "secret", "set", "web", "KEY");
    String piped = server.last().body();
    new Errand(folder, server)
        .atTerminal()
        .typing("typed")
        .run("env", "secret", "set", "web", "KEY");

    assertThat(piped).isEqualTo("s3cret value");
    assertThat(server.last().body()).isEqualTo("typed");
  }
}
