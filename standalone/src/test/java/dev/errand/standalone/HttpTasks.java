package dev.errand.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The API without the command before it, for whoever asks often or while the server comes and goes:
 * then there is no answer, which is {@link MissingNode}.
 */
record HttpTasks(String url, Path tokenFile) {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The task as it stands; missing before admission has seen what a producer published. */
  JsonNode task(String id) {
    return answer("/api/v1/tasks/" + id, HttpRequest.newBuilder().GET());
  }

  /** The submitted task; the same key again is the same task. */
  JsonNode submit(String key, String environment, String prompt) {
    return submit(key, environment, prompt, 1);
  }

  JsonNode submit(String key, String environment, String prompt, int attempts) {
    try {
      String body =
          JSON.writeValueAsString(
              Map.of("environment", environment, "prompt", prompt, "attempts", attempts));
      return answer(
          "/api/v1/tasks",
          HttpRequest.newBuilder()
              .header("Idempotency-Key", key)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body)));
    } catch (IOException e) {
      throw new IllegalStateException("a map of texts is JSON", e);
    }
  }

  /** The live log's events so far, as they come over the wire. */
  String events(String id) {
    return text(
            "/api/v1/tasks/" + id + "/logs",
            HttpRequest.newBuilder().GET().header("Accept", "text/event-stream"))
        .orElse("");
  }

  /** The diff of one attempt; empty text when there is none. */
  String diff(String id, int attempt) {
    String path = "/api/v1/tasks/%s/diff?attempt=%d".formatted(id, attempt);
    return text(path, HttpRequest.newBuilder().GET()).orElse("");
  }

  /** The diff's text; empty when there is none. */
  String diff(String id) {
    return text("/api/v1/tasks/" + id + "/diff", HttpRequest.newBuilder().GET()).orElse("");
  }

  /** When a service of the node last spoke, as the front door knows. */
  Optional<Instant> lastWordOf(String service) {
    JsonNode nodes = answer("/api/v1/nodes", HttpRequest.newBuilder().GET());
    return nodes.findParents("name").stream()
        .filter(one -> one.get("name").asText().equals(service))
        .map(one -> Instant.parse(one.get("seenAt").asText()))
        .findFirst();
  }

  private JsonNode answer(String path, HttpRequest.Builder request) {
    return text(path, request).map(HttpTasks::parsed).orElseGet(MissingNode::getInstance);
  }

  private static JsonNode parsed(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new IllegalStateException("the API answers with JSON", e);
    }
  }

  private Optional<String> text(String path, HttpRequest.Builder request) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(
              request
                  .uri(URI.create(url + path))
                  .header("Authorization", "Bearer " + Files.readString(tokenFile).strip())
                  .timeout(PATIENCE)
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return Optional.of(response).filter(it -> it.statusCode() < 300).map(HttpResponse::body);
    } catch (IOException e) {
      return Optional.empty(); // nobody there, which is an answer
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
