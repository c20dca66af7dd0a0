package dev.errand.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs the usual commands once, against a server that answers from a list: what the JVM loads and
 * links meanwhile is what it writes into the start-up cache, see {@code bin/train-caches}. A
 * command that is missing here works all the same, and starts slower.
 */
final class Training {
  private static final String ID = "01K0ABCDEFGHJKMNPQRSTVWXYZ";
  private static final String TASK_PATH = "/api/v1/tasks/" + ID;

  private static final String TASK =
      """
      {"id":"%s","title":"t","state":"ready","environment":"web","branch":"main","commit":"%s",\
      "createdAt":"2026-01-01T00:00:00Z","best":1,"failure":null,"attempts":[{"number":1,\
      "state":"presented","stage":"diff","node":"local","startedAt":"2026-01-01T00:00:00Z",\
      "endedAt":"2026-01-01T00:01:00.5Z","failure":null,\
      "patch":{"files":1,"linesAdded":3,"linesRemoved":2,"bytes":99}}],"url":"http://localhost/"}"""
          .formatted(ID, "0".repeat(40));

  private static final String ENVIRONMENT =
      "{\"id\":\"web\",\"version\":1,\"repository\":\"https://errand.example/web\"}";

  private static final String EVENTS =
      "event: task\nid: 1\ndata: " + TASK + "\n\nevent: end\ndata: {}\n\n";

  private static final String LOG =
      """
      event: progress
      id: 0-1
      data: {"attempt":1,"stage":"agent","kind":"started","text":"agent"}

      event: log
      id: 1-1
      data: {"attempt":1,"stage":"agent","text":"one\\n","truncated":false}

      event: end
      data: {"state":"ready"}

      """;

  private static final Map<String, String> ANSWERS =
      Map.of(
          "GET /api/v1/tasks",
          "{\"items\":[" + TASK + "],\"cursor\":null}",
          "POST /api/v1/tasks",
          TASK,
          "GET " + TASK_PATH,
          TASK,
          "GET " + TASK_PATH + "/events",
          EVENTS,
          "GET " + TASK_PATH + "/logs",
          LOG,
          "GET " + TASK_PATH + "/diff",
          "diff --git a/a b/a\n",
          "GET /api/v1/environments",
          "{\"items\":[" + ENVIRONMENT + "]}",
          "GET /api/v1/environments/web",
          ENVIRONMENT);

  private static final String LENGTH = "content-length:";

  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("cloud", "list"),
          List.of("cloud", "list", "--json"),
          List.of("cloud", "exec", "--env", "web", "--wait", "true"),
          List.of("cloud", "status", ID),
          List.of("cloud", "logs", "-f", ID),
          List.of("cloud", "diff", ID),
          List.of("cloud", "cancel", ID), // refused: how a failure is told
          List.of("env", "list"),
          List.of("--help"));

  private Training() {}

  public static void main(String[] arguments) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      daemon(() -> accept(server));
      Map<String, String> environment =
          Map.of(
              "ERRAND_SERVER",
              "http://localhost:" + server.getLocalPort(),
              "ERRAND_TOKEN",
              "training");
      for (List<String> command : COMMANDS) {
        new Program(Main.surroundings(environment)).run(command.toArray(String[]::new));
      }
    }
  }

  private static void daemon(Runnable work) {
    Thread.ofPlatform().daemon().start(work);
  }

  private static void accept(ServerSocket server) {
    try {
      while (true) {
        Socket socket = server.accept();
        daemon(() -> converse(socket));
      }
    } catch (SocketException e) {
      return; // closed: the training is over
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Answers requests until the client has no more, as servers do. */
  private static void converse(Socket socket) {
    try (socket;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        skipRest(in);
        String answer = answer(line.replaceAll("(\\?.*)? HTTP/1.1$", ""));
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void skipRest(BufferedReader in) throws IOException {
    long length = 0;
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      if (line.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
        length = Long.parseLong(line.substring(LENGTH.length()).strip());
      }
    }
    while (length > 0) {
      length -= in.skip(length);
    }
  }

  private static String answer(String request) {
    String body = ANSWERS.get(request);
    String text = body == null ? "{\"code\":\"TASK_UNKNOWN\",\"detail\":\"unknown\"}" : body;
    return "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(body == null ? "404 Not Found" : "200 OK", text.length(), text);
  }
}
