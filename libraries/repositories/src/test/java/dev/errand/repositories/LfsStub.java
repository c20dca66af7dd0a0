package dev.errand.repositories;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A server of Git LFS, to which a real git-lfs pushes; and which answers as badly as it is told.
 */
public final class LfsStub {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PLACE = "/info/lfs/";

  private final Map<String, byte[]> contents = new ConcurrentHashMap<>();
  private final List<String> downloads = new CopyOnWriteArrayList<>();
  private volatile BiConsumer<String, ObjectNode> actions = (content, action) -> {};
  private volatile Function<byte[], byte[]> delivery = bytes -> bytes;
  private volatile Function<String, @Nullable String> redirects = url -> null;
  private volatile int status = 200;

  LfsStub() {}

  /** What is changed in the action for a content, by its SHA-256, before it is sent. */
  public void answering(BiConsumer<String, ObjectNode> change) {
    actions = change;
  }

  void delivering(Function<byte[], byte[]> change) {
    delivery = change;
  }

  /** Where a download is sent on to, by its URL; nowhere for null. */
  void redirecting(Function<String, @Nullable String> change) {
    redirects = change;
  }

  void answering(int newStatus) {
    status = newStatus;
  }

  /** The contents that were downloaded, in order, with the header Authorization of each. */
  public List<String> downloads() {
    return List.copyOf(downloads);
  }

  static boolean isFor(String path) {
    return path.contains(PLACE);
  }

  void serve(HttpExchange exchange, String base) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String what = path.substring(path.indexOf(PLACE) + PLACE.length());
    if (exchange.getRequestMethod().equals("PUT")) {
      contents.put(what.substring(what.indexOf('/') + 1), exchange.getRequestBody().readAllBytes());
      exchange.sendResponseHeaders(200, -1);
    } else if (what.startsWith("content/")) {
      String elsewhere = redirects.apply(base + exchange.getRequestURI());
      if (elsewhere != null) {
        exchange.getResponseHeaders().add("Location", elsewhere);
        exchange.sendResponseHeaders(302, -1);
        return;
      }
      String content = what.substring(what.indexOf('/') + 1);
      downloads.add(content + " " + exchange.getRequestHeaders().getFirst("Authorization"));
      byte[] bytes = delivery.apply(contents.getOrDefault(content, new byte[0]));
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    } else if (what.equals("objects/batch")) {
      String url = base + path.substring(0, path.indexOf(PLACE)) + PLACE + "content/";
      send(exchange, batch(JSON.readTree(exchange.getRequestBody()), url));
    } else {
      exchange.sendResponseHeaders(404, -1); // locks: git-lfs goes on without
    }
  }

  private ObjectNode batch(JsonNode request, String url) {
    String operation = request.path("operation").asText();
    ObjectNode answer = JSON.createObjectNode().put("transfer", "basic");
    for (JsonNode object : request.path("objects")) {
      String content = object.path("oid").asText();
      ObjectNode one = answer.withArray("objects").addObject();
      one.put("oid", content).put("size", object.path("size").asLong());
      if (operation.equals("download") && !contents.containsKey(content)) {
        one.putObject("error").put("code", 404).put("message", "nobody knows it");
      } else {
        ObjectNode action = one.putObject("actions").putObject(operation);
        action.put("href", url + content);
        if (operation.equals("download")) {
          actions.accept(content, action);
        }
      }
    }
    return answer;
  }

  private void send(HttpExchange exchange, ObjectNode answer) throws IOException {
    byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/vnd.git-lfs+json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
