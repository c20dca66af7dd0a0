package dev.errand.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What protects a server on a loopback address from the web pages that its user looks at. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpRulesBrokerTest {
  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @SuppressWarnings("NullAway.Init")
  private Door admin;

  @SuppressWarnings("NullAway.Init")
  private String task;

  @BeforeAll
  void start() {
    admin = Door.admin();
    repository = ScratchRepository.withReadme();
    Door.applyEnvironment("rules", repository);
    task = admin.post("/api/v1/tasks", Door.submission("rules", "true")).json().path("id").asText();
  }

  @AfterAll
  void end() {
    repository.delete();
  }

  /** A request with headers that no HTTP library would send. */
  private static String raw(String... lines) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Door.port())) {
      String head = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"attacker.example", "localhost.attacker.example", "127.0.0.1.nip.io", "[::2]"})
  void aRequestThatNamesAnotherHostIsRefused(String host) {
    for (String path : List.of("/api/v1/server", "/codex/tasks", "/q/health/ready", "/registry")) {
      String answer = raw("GET " + path + " HTTP/1.1", "Host: " + host + ":" + Door.port());
      assertThat(answer)
          .startsWith("HTTP/1.1 400 ")
          .contains("REQUEST_INVALID", "errand.ingest.hosts");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST", "127.0.0.1", "[::1]"})
  void aRequestThatNamesThisHostIsTaken(String host) {
    assertThat(raw("GET /api/v1/server HTTP/1.1", "Host: " + host + ":" + Door.port()))
        .startsWith("HTTP/1.1 200 ");
  }

  @Test
  void aRequestThatNamesNoHostIsRefused() {
    for (String version : List.of("HTTP/1.0", "HTTP/1.1")) {
      assertThat(raw("GET /api/v1/server " + version))
          .startsWith(version + " 400 ")
          .contains("application/problem+json", "REQUEST_INVALID");
    }
  }

  @Test
  void noOtherOriginMayReadAnything() {
    Door.Answer answer =
        Door.send(admin.request("/api/v1/tasks").header("Origin", "https://attacker.example"));
    assertThat(answer.response().headers().map().keySet())
        .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));

    String preflight =
        raw(
            "OPTIONS /api/v1/tasks HTTP/1.1",
            "Host: localhost:" + Door.port(),
            "Origin: https://attacker.example",
            "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: authorization");
    assertThat(preflight.toLowerCase(Locale.ROOT)).doesNotContain("access-control");
  }

  @Test
  void everyAnswerForbidsToBeFramedGuessedOrScripted() {
    for (String path :
        List.of("/api/v1/server", "/codex/tasks", "/codex/page/page.js", "/nowhere")) {
      Door.Answer answer = Door.stranger().get(path);
      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
      assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
      assertThat(answer.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
      assertThat(answer.header("Content-Security-Policy"))
          .contains("default-src 'none'", "frame-ancestors 'none'")
          .doesNotContain("unsafe");
    }
  }

  /** What an agent wrote is a text that no browser takes for a page, wherever it is opened. */
  @Test
  void whatAnAgentWroteIsPlainTextInASandbox() {
    Door.Answer log =
        Door.send(admin.request("/api/v1/tasks/" + task + "/logs").header("Accept", "text/plain"));

    assertThat(log.status()).isEqualTo(200);
    assertThat(log.header("Content-Type")).isEqualTo("text/plain;charset=utf-8");
    assertThat(log.response().headers().allValues("X-Content-Type-Options"))
        .containsExactly("nosniff");
    // The gate has a policy for every answer; a browser holds all policies that it is given.
    assertThat(log.response().headers().allValues("Content-Security-Policy"))
        .anySatisfy(policy -> assertThat(policy).contains("sandbox", "default-src 'none'"));
    assertThat(log.header("Cache-Control")).isEqualTo("no-store");
  }

  @Test
  void noAddressTakesAToken() {
    String token = String.valueOf(admin.token());
    for (String name : List.of("token", "access_token", "bearer", "authorization", "key")) {
      Door.Answer answer = Door.stranger().get("/api/v1/tasks?" + name + "=" + token);
      assertThat(answer.status()).isEqualTo(401);
    }
    assertThat(Contract.read().operations().keySet())
        .flatExtracting(operation -> Contract.read().parameters(operation))
        .noneMatch(parameter -> parameter.matches("query .*(token|key|secret).*"));
    assertThat(admin.get("/api/v1/tasks/" + task).body()).doesNotContain(token);
  }

  private Door.Answer login(String token, String next, String origin) {
    String form =
        "token=" + URLEncoder.encode(token, UTF_8) + "&next=" + URLEncoder.encode(next, UTF_8);
    return Door.send(
        Door.stranger()
            .request("/codex/login")
            .header("Origin", origin)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form)));
  }

  private static String here() {
    return "http://localhost:" + Door.port();
  }

  private String session() {
    Door.Answer answer = login(String.valueOf(admin.token()), "/codex/tasks/" + task, here());
    assertThat(answer.status()).isEqualTo(303);
    assertThat(answer.header("Location")).endsWith("/codex/tasks/" + task);
    String cookie = answer.header("Set-Cookie");
    assertThat(cookie)
        .startsWith("errand-session=")
        .contains("HttpOnly")
        .containsIgnoringCase("SameSite=Strict")
        .doesNotContain(String.valueOf(admin.token()));
    return cookie.replaceAll(";.*", "");
  }

  @Test
  void aLoginBeginsASessionThatReads() {
    String cookie = session();

    Door.Answer read =
        Door.send(Door.stranger().request("/api/v1/tasks/" + task).header("Cookie", cookie));

    assertThat(read.status()).isEqualTo(200);
  }

  @Test
  void aSessionHasEffectsFromItsOwnPagesOnly() {
    String cookie = session();
    for (String origin : List.of("https://attacker.example", "null", "http://localhost:1")) {
      assertThat(cancel(cookie, origin).status()).as(origin).isEqualTo(403);
    }
    assertThat(
            Door.send(
                    Door.stranger()
                        .request("/api/v1/tasks/" + task + "/cancel")
                        .header("Cookie", cookie)
                        .POST(BodyPublishers.noBody()))
                .status())
        .as("without an origin")
        .isEqualTo(403);

    assertThat(cancel(cookie, here()).status()).isEqualTo(202);
  }

  private Door.Answer cancel(String cookie, String origin) {
    return Door.send(
        Door.stranger()
            .request("/api/v1/tasks/" + task + "/cancel")
            .header("Cookie", cookie)
            .header("Origin", origin)
            .POST(BodyPublishers.noBody()));
  }

  @Test
  void anAlteredSessionIsNone() {
    String cookie = session();
    Stream.of(cookie.replaceAll(".$", "x"), cookie + "0", "errand-session=", "errand-session=a.1.b")
        .forEach(
            forged ->
                assertThat(
                        Door.send(Door.stranger().request("/api/v1/tasks").header("Cookie", forged))
                            .status())
                    .as(forged)
                    .isEqualTo(401));
  }

  @Test
  void aLoginFromElsewhereOrToElsewhereIsRefused() {
    String token = String.valueOf(admin.token());

    assertThat(login(token, "/codex/tasks", "https://attacker.example").status()).isEqualTo(403);
    for (String next : List.of("https://attacker.example", "//attacker.example", "/q/health")) {
      Door.Answer answer = login(token, next, here());
      assertThat(answer.header("Location")).endsWith(":" + Door.port() + "/codex/tasks");
    }
    Door.Answer wrong = login("errand_nobody_nothing", "/codex/tasks", here());
    assertThat(wrong.header("Location")).endsWith("/codex/tasks#wrong-token");
    assertThat(wrong.header("Set-Cookie")).isEmpty();
  }

  @Test
  void revokingATokenEndsItsSessions() {
    var issued = Door.newToken("passing", "producer");
    Door.Answer login = login(issued.path("token").asText(), "/codex/tasks", here());
    String cookie = login.header("Set-Cookie").replaceAll(";.*", "");
    assertThat(
            Door.send(Door.stranger().request("/api/v1/tasks").header("Cookie", cookie)).status())
        .isEqualTo(200);

    assertThat(admin.delete("/api/v1/tokens/" + issued.path("id").asText()).status())
        .isEqualTo(204);

    assertThat(
            Door.send(Door.stranger().request("/api/v1/tasks").header("Cookie", cookie)).status())
        .isEqualTo(401);
  }
}
