package dev.errand.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Plays the REST contract: answers by method and path, and remembers what it was asked. */
final class FakeServer implements AutoCloseable {
  static final String TASK = "01K0ABCDEFGHJKMNPQRSTVWXYZ";
  static final String TOKEN = "errand_k1_secret";

  /** One request as it arrived. */
  record Request(
      String line, Map<String, List<String>> headers, String body, HttpExchange exchange) {
    String header(String name) {
      return headers.entrySet().stream()
          .filter(each -> each.getKey().equalsIgnoreCase(name))
          .map(each -> each.getValue().getFirst())
          .findFirst()
          .orElse("");
    }
  }

  /** What is done with a request. */
  @FunctionalInterface
  interface Answer {
    void to(Request request) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  final List<Request> requests = new CopyOnWriteArrayList<>();

  FakeServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Answers a line such as `GET /api/v1/tasks`; the query is no part of it. */
  FakeServer on(String line, Answer answer) {
    answers.put(line, answer);
    return this;
  }

  FakeServer json(String line, int status, String body) {
    return on(line, request -> respond(request, status, "application/json", body));
  }

  FakeServer problem(String line, int status, String body) {
    return on(line, request -> respond(request, status, "application/problem+json", body));
  }

  /** Sends the given pieces of an event stream, then ends the connection. */
  FakeServer events(String line, String... connections) {
    java.util.concurrent.atomic.AtomicInteger count =
        new java.util.concurrent.atomic.AtomicInteger();
    return on(
        line,
        request -> {
          int now = Math.min(count.getAndIncrement(), connections.length - 1);
          respond(request, 200, "text/event-stream", connections[now]);
        });
  }

  static void respond(Request request, int status, String type, String body) throws IOException {
    respond(request, status, type, body.getBytes(StandardCharsets.UTF_8));
  }

  static void respond(Request request, int status, String type, byte[] body) throws IOException {
    HttpExchange exchange = request.exchange();
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  Request last() {
    return requests.getLast();
  }

  List<String> lines() {
    return requests.stream().map(Request::line).toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Request request = new Request(line, Map.copyOf(exchange.getRequestHeaders()), body, exchange);
    requests.add(request);
    Answer answer = answers.get(line.replaceAll("\\?.*", ""));
    if (answer == null) {
      respond(
          request,
          404,
          "application/problem+json",
          "{\"status\":404,\"code\":\"NOT_FOUND\",\"detail\":\"nothing at " + line + "\"}");
      return;
    }
    answer.to(request);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
