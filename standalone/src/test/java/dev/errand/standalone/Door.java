package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** The front door of {@link FrontDoorOnly} as one caller sees it. */
record Door(@Nullable String token) {
  static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  private static final Contract CONTRACT = Contract.read();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What came back. */
  record Answer(HttpResponse<String> response) {
    int status() {
      return response.statusCode();
    }

    String body() {
      return response.body();
    }

    /** The header's first value, or empty text. */
    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    JsonNode json() {
      return Door.json(body());
    }
  }

  /** The administrator whose token the first start made. */
  static Door admin() {
    try {
      return new Door(Files.readString(data().resolve("token")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Door stranger() {
    return new Door(null);
  }

  /** A new token, with its id and inbox key. */
  static JsonNode newToken(String owner, String role) {
    String body = "{\"owner\":\"%s\",\"role\":\"%s\"}".formatted(owner, role);
    return admin().post("/api/v1/tokens", body).json();
  }

  static Door of(String owner, String role) {
    return new Door(newToken(owner, role).path("token").asText());
  }

  static Path data() {
    return Path.of(ConfigProvider.getConfig().getValue("errand.server.data", String.class));
  }

  static URI at(String path) {
    return URI.create("http://localhost:" + port() + path);
  }

  static int port() {
    return ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class);
  }

  Answer get(String path) {
    return send(request(path).GET());
  }

  Answer delete(String path) {
    return send(request(path).DELETE());
  }

  Answer post(String path, String json) {
    return post(path, json, Map.of());
  }

  Answer post(String path, String json, Map<String, String> headers) {
    HttpRequest.Builder request = request(path).header("Content-Type", "application/json");
    headers.forEach(request::header);
    return send(request.POST(BodyPublishers.ofString(json)));
  }

  Answer put(String path, String type, String body) {
    return send(request(path).header("Content-Type", type).PUT(BodyPublishers.ofString(body)));
  }

  HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(at(path)).timeout(PATIENCE);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return request;
  }

  /** The answer, which is one that the API's document promises. */
  static Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
      assertThat(CONTRACT.violations(response)).as(response.body()).isEmpty();
      return new Answer(response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Only the answer's status: without a body it keeps no promise that could be checked. */
  static int status(HttpRequest.Builder request) {
    try {
      return CLIENT.send(request.build(), BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  static String quoted(String text) {
    try {
      return JSON.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A request for a task, as the API takes it. */
  static String submission(String environment, String prompt) {
    return "{\"environment\":%s,\"prompt\":%s}".formatted(quoted(environment), quoted(prompt));
  }

  /** Makes an environment of the repository. */
  static void applyEnvironment(String id, ScratchRepository repository) {
    applyEnvironment(id, repository, "");
  }

  /** The same with more lines in its document. */
  static void applyEnvironment(String id, ScratchRepository repository, String lines) {
    String document =
        "id: %s\nrepository: %s\nbranch: main\n%s".formatted(id, repository.url(), lines);
    Answer answer = admin().put("/api/v1/environments/" + id, "application/yaml", document);
    if (answer.status() != 200) {
      throw new AssertionError(answer.body());
    }
  }
}
