package dev.errand.cli.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Requests to one server. Redirects are never followed, so that a token cannot leave its origin.
 * Every method throws {@link CommandFailure} with the exit code that the answer means: UNREACHABLE
 * when nothing answers. Safe for threads.
 */
public final class Api {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** A submission is answered after 10 s at the latest; the rest is for a busy machine. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(40);

  /** A page of 100 tasks with prompts of 128 KiB each has 13 MiB. */
  private static final int MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;

  private static final int MAX_PROBLEM_BYTES = 1024 * 1024;

  private final Connection connection;
  private final HttpClient client;

  /** A client for this connection; nothing is sent yet. */
  public Api(Connection connection) {
    this.connection = connection;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT);
    if (connection.origin().scheme().equals("http")) {
      builder.sslContext(unused());
    }
    this.client = builder.build();
  }

  /** Without it the client reads every certificate authority first, which takes most of a start. */
  private static SSLContext unused() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[0], new TrustManager[0], null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has TLS
    }
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
          "application/json",
          Json.text(node).getBytes(java.nio.charset.StandardCharsets.UTF_8),
          Map.of());
    }

    public Body withHeader(String name, String value) {
      return new Body(contentType, bytes, Map.of(name, value));
    }
  }

  /** An answer that was read whole. */
  @SuppressWarnings("ArrayRecordComponent") // read once, never compared
  public record Answer(int status, HttpHeaders headers, byte[] bytes) {
    /** A header's first value, or "". */
    public String header(String name) {
      return headers.firstValue(name).orElse("");
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
    return whole(open("GET", path, Body.NONE, accept, Map.of()), maxBytes);
  }

  /** Reads raw bytes as they come; the caller closes. */
  public InputStream stream(ApiPath path, String accept) {
    return open("GET", path, Body.NONE, accept, Map.of()).body();
  }

  /**
   * Follows server-sent events from the one after the given id on.
   *
   * @param lastId "" for all events
   */
  public EventStream events(ApiPath path, String lastId) {
    Map<String, String> resume = lastId.isEmpty() ? Map.of() : Map.of("Last-Event-ID", lastId);
    return new EventStream(open("GET", path, Body.NONE, "text/event-stream", resume).body());
  }

  private Answer exchange(String method, ApiPath path, Body body, String accept) {
    return whole(open(method, path, body, accept, Map.of()), MAX_DOCUMENT_BYTES);
  }

  private Answer whole(HttpResponse<InputStream> response, int maxBytes) {
    try (InputStream in = response.body()) {
      byte[] bytes = in.readNBytes(maxBytes);
      if (bytes.length == maxBytes && in.read() >= 0) {
        throw new CommandFailure(
            ExitCode.FAILED,
            "the server's answer is larger than " + (maxBytes >> 20) + " MiB",
            "ask for less at once");
      }
      return new Answer(response.statusCode(), response.headers(), bytes);
    } catch (IOException e) {
      throw unreachable("the server at " + origin() + " broke off its answer", e);
    }
  }

  private HttpResponse<InputStream> open(
      String method, ApiPath path, Body body, String accept, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(origin() + path.value()))
            .timeout(ANSWER_TIMEOUT)
            .header("Accept", accept)
            .header("User-Agent", "errand-cli");
    if (connection.token() != null) {
      request.header("Authorization", "Bearer " + connection.token());
    }
    headers.forEach(request::header);
    body.headers().forEach(request::header);
    if (!body.contentType().isEmpty()) {
      request.header("Content-Type", body.contentType());
    }
    boolean empty = body.contentType().isEmpty();
    request.method(
        method, empty ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body.bytes()));
    return accepted(answer(request.build()));
  }

  private HttpResponse<InputStream> answer(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofInputStream());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      throw unreachable("no server answers at " + origin(), e);
    } catch (HttpTimeoutException e) {
      throw unreachable(
          "the server at " + origin() + " gave no answer in " + ANSWER_TIMEOUT.toSeconds() + " s",
          e);
    } catch (IOException e) {
      throw unreachable("the connection to " + origin() + " broke", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.INTERRUPTED, "interrupted", null);
    }
  }

  private HttpResponse<InputStream> accepted(HttpResponse<InputStream> response) {
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return response;
    }
    if (status >= 300 && status < 400) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "the server at "
              + origin()
              + " redirects to "
              + response.headers().firstValue("Location").orElse("nowhere")
              + ", and a token is never sent on",
          "give that address with --server, together with its own token, if you trust it");
    }
    throw problem(response).failure();
  }

  private Problem problem(HttpResponse<InputStream> response) {
    Problem problem;
    try (InputStream in = response.body()) {
      problem = Problem.read(response.statusCode(), in.readNBytes(MAX_PROBLEM_BYTES));
    } catch (IOException e) {
      problem = Problem.read(response.statusCode(), new byte[0]);
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

  private static CommandFailure unreachable(String message, @Nullable IOException cause) {
    CommandFailure failure =
        new CommandFailure(
            ExitCode.UNREACHABLE,
            message,
            "start the server with `errand up`, or name another one with --server");
    failure.initCause(cause);
    return failure;
  }
}
