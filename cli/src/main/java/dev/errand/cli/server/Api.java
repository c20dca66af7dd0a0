package dev.errand.cli.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Requests to one server. Redirects are never followed, so that a token cannot leave its origin.
 * Every method throws {@link CommandFailure} with the exit code that the answer means: UNREACHABLE
 * when nothing answers. Safe for threads.
 */
public final class Api {
  /** A page of 100 tasks with prompts of 128 KiB each has 13 MiB. */
  private static final int MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;

  private static final int MAX_PROBLEM_BYTES = 1024 * 1024;

  private final Connection connection;

  /** A client for this connection; nothing is sent yet. */
  public Api(Connection connection) {
    this.connection = connection;
  }

  /**
   * A document to send.
   *
   * @param headers further ones, such as Idempotency-Key
   */
  @SuppressWarnings("ArrayRecordComponent") // sent once, never compared
  public record Body(String contentType, byte[] bytes, Map<String, String> headers) {
    /** Nothing. */
    public static final Body NONE = new Body("", new byte[0], Map.of());

    public static Body json(JsonNode node) {
      return new Body(
          "application/json", Json.text(node).getBytes(StandardCharsets.UTF_8), Map.of());
    }

    public Body withHeader(String name, String value) {
      return new Body(contentType, bytes, Map.of(name, value));
    }
  }

  /** An answer that was read whole. */
  public static final class Answer {
    private final Exchange exchange;
    private final byte[] bytes;

    private Answer(Exchange exchange, int maxBytes) {
      this.exchange = exchange;
      this.bytes = exchange.bytes(maxBytes);
    }

    public int status() {
      return exchange.status();
    }

    /** A header's value, or "". */
    public String header(String name) {
      return exchange.header(name);
    }

    public byte[] bytes() {
      return bytes;
    }

    /**
     * @throws CommandFailure (FAILED) when it is not JSON
     */
    public JsonNode json() {
      try {
        return Json.read(bytes);
      } catch (IOException e) {
        throw new CommandFailure(
            ExitCode.FAILED,
            "the server's answer is not JSON",
            "check that --server or ERRAND_SERVER names an Errand server");
      }
    }
  }

  public Origin origin() {
    return connection.origin();
  }

  /** Reads a document. */
  public JsonNode get(ApiPath path) {
    return exchange("GET", path, Body.NONE, "application/json").json();
  }

  /** Reads a task. */
  public Task task(String id) {
    return Task.of(get(ApiPath.of("tasks", id)));
  }

  /** Sends a document and reads the answer, whatever it is. */
  public Answer send(String method, ApiPath path, Body body) {
    return exchange(method, path, body, "application/json");
  }

  /** Reads raw bytes, at most as many as given. */
  public Answer bytes(ApiPath path, String accept, int maxBytes) {
    return new Answer(open("GET", path, Body.NONE, accept, Map.of()), maxBytes);
  }

  /** Reads raw bytes as they come; the caller closes. */
  public InputStream stream(ApiPath path, String accept) {
    return body(open("GET", path, Body.NONE, accept, Map.of()));
  }

  /**
   * Follows server-sent events from the one after the given id on.
   *
   * @param lastId "" for all events
   */
  public EventStream events(ApiPath path, String lastId) {
    Map<String, String> resume = lastId.isEmpty() ? Map.of() : Map.of("Last-Event-ID", lastId);
    return new EventStream(body(open("GET", path, Body.NONE, "text/event-stream", resume)));
  }

  private Answer exchange(String method, ApiPath path, Body body, String accept) {
    return new Answer(open(method, path, body, accept, Map.of()), MAX_DOCUMENT_BYTES);
  }

  private static InputStream body(Exchange exchange) {
    try {
      return exchange.body();
    } catch (IOException e) {
      throw Exchange.unreachable("the server at " + exchange.origin() + " broke off", e);
    }
  }

  private Exchange open(
      String method, ApiPath path, Body body, String accept, Map<String, String> headers) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put("Accept", accept);
    all.put("User-Agent", "errand-cli");
    if (connection.token() != null) {
      all.put("Authorization", "Bearer " + connection.token());
    }
    all.putAll(body.headers());
    boolean empty = body.contentType().isEmpty();
    if (!empty) {
      all.put("Content-Type", body.contentType());
    }
    return accepted(Exchange.of(origin(), method, path, all, empty ? null : body.bytes()));
  }

  private Exchange accepted(Exchange exchange) {
    int status = exchange.status();
    if (status >= 200 && status < 300) {
      return exchange;
    }
    if (status >= 300 && status < 400) {
      String target = exchange.header("Location");
      throw new CommandFailure(
          ExitCode.FAILED,
          "the server at %s redirects to %s, and a token is never sent on"
              .formatted(origin(), target.isEmpty() ? "nowhere" : target),
          "give that address with --server, together with its own token, if you trust it");
    }
    throw problem(exchange).failure();
  }

  private Problem problem(Exchange exchange) {
    Problem problem;
    try (InputStream in = exchange.body()) {
      problem = Problem.read(exchange.status(), in.readNBytes(MAX_PROBLEM_BYTES));
    } catch (IOException e) {
      problem = Problem.read(exchange.status(), new byte[0]);
    }
    if (problem.status() == 401 && connection.token() == null && problem.hint() == null) {
      return new Problem(
          problem.status(),
          problem.code(),
          "no token belongs to " + origin(),
          "give the token of this server with --token or ERRAND_TOKEN",
          problem.lastLines(),
          0,
          0);
    }
    return problem;
  }
}
