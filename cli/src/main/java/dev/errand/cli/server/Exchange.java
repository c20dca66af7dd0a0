package dev.errand.cli.server;

import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, all on the caller's thread. The JDK's newer client hands every
 * request through several threads, and where other processes want the cores each hand-over waits
 * its turn: a short command takes two to three times as long then. It also takes 50 ms to make.
 *
 * <p>Throws {@link CommandFailure} (UNREACHABLE) when no answer comes; every answer is one.
 */
final class Exchange {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /**
   * Between two bytes. A submission is answered after 10 s at the latest, and an event stream shows
   * every 10 s that it lives; the rest is for a busy machine.
   */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(40);

  static {
    // Else a request whose answer is cut off is sent again without asking us, whatever it does.
    System.setProperty("sun.net.http.retryPost", "false");
  }

  private final Origin origin;
  private final HttpURLConnection connection;
  private final int status;

  private Exchange(Origin origin, HttpURLConnection connection, int status) {
    this.origin = origin;
    this.connection = connection;
    this.status = status;
  }

  /**
   * Sends a request and returns when the answer's head is there.
   *
   * @param body null for none
   */
  static Exchange of(
      Origin origin,
      String method,
      ApiPath path,
      Map<String, String> headers,
      byte @Nullable [] body) {
    try {
      HttpURLConnection connection = prepared(origin, method, path, headers);
      connection.setDoOutput(body != null);
      connect(origin, connection);
      if (body != null) {
        try (OutputStream out = connection.getOutputStream()) {
          out.write(body);
        }
      }
      return new Exchange(origin, connection, connection.getResponseCode());
    } catch (SocketTimeoutException e) {
      throw unreachable(
          "the server at " + origin + " gave no answer in " + ANSWER_TIMEOUT.toSeconds() + " s", e);
    } catch (IOException e) {
      throw unreachable("the connection to " + origin + " broke", e);
    }
  }

  private static HttpURLConnection prepared(
      Origin origin, String method, ApiPath path, Map<String, String> headers) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(origin + path.value()).toURL().openConnection();
    connection.setRequestMethod(method);
    connection.setInstanceFollowRedirects(false); // a token must not leave its origin
    connection.setUseCaches(false);
    connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
    connection.setReadTimeout((int) ANSWER_TIMEOUT.toMillis());
    headers.forEach(connection::setRequestProperty);
    return connection;
  }

  private static void connect(Origin origin, HttpURLConnection connection) {
    try {
      connection.connect();
    } catch (SSLException e) {
      throw new CommandFailure(
          ExitCode.UNREACHABLE,
          "no secure connection to " + origin + ": " + e.getMessage(),
          "check the server's certificate, and that it speaks https at this port");
    } catch (IOException e) {
      String reason = e instanceof UnknownHostException ? "unknown host" : e.getMessage();
      ConnectException never = new ConnectException(reason);
      never.initCause(e);
      throw unreachable("no server answers at " + origin + " (" + reason + ")", never);
    }
  }

  static CommandFailure unreachable(String message, IOException cause) {
    CommandFailure failure =
        new CommandFailure(
            ExitCode.UNREACHABLE,
            message,
            "start the server with `errand up`, or name another one with --server");
    failure.initCause(cause);
    return failure;
  }

  Origin origin() {
    return origin;
  }

  int status() {
    return status;
  }

  /** A header's value, or "". */
  String header(String name) {
    String value = connection.getHeaderField(name);
    return value == null ? "" : value;
  }

  /** The answer's body as it comes; the caller closes. Of a failure too. */
  InputStream body() throws IOException {
    InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream();
    return in == null ? InputStream.nullInputStream() : in;
  }

  /**
   * The whole body.
   *
   * @throws CommandFailure UNREACHABLE when it breaks off, FAILED when it is larger
   */
  byte[] bytes(int maxBytes) {
    try (InputStream in = body()) {
      byte[] bytes = in.readNBytes(maxBytes);
      if (bytes.length == maxBytes && in.read() >= 0) {
        throw new CommandFailure(
            ExitCode.FAILED,
            "the server's answer is larger than " + (maxBytes >> 20) + " MiB",
            "ask for less at once");
      }
      return bytes;
    } catch (IOException e) {
      throw unreachable("the server at " + origin + " broke off its answer", e);
    }
  }
}
