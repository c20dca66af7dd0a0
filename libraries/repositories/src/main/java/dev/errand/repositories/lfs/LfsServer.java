package dev.errand.repositories.lfs;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.errand.schemas.ErrandException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The server that has a repository's contents, asked by the batch API. Whatever it answers is
 * foreign, addresses and headers too: see {@link PinnedHttp}. For one thread.
 */
public final class LfsServer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TYPE = "application/vnd.git-lfs+json";
  private static final String OBJECTS = "/objects/batch";

  /** Servers take 100 and more. */
  private static final int BATCH = 100;

  /** With so many, the rest would fare no better. */
  private static final int MAX_PROBLEMS = 20;

  private static final int MAX_ANSWER_BYTES = 4 << 20;

  private final Endpoint endpoint;
  private final PinnedHttp http;

  /**
   * Where the batch API is.
   *
   * @param url without a slash at its end
   * @param headers that go to it and to what lies below {@code repository}, and nowhere else
   * @param repository the URL below which the headers open things
   */
  public record Endpoint(URI url, Map<String, String> headers, String repository) {
    /** Of an https or http repository. */
    public static Endpoint of(String repository) {
      String plain = repository.replaceAll("/+$", "");
      String git = plain.endsWith(".git") ? plain : plain + ".git";
      return new Endpoint(URI.create(git + "/info/lfs"), Map.of(), plain);
    }

    /** The same for somebody with a password. */
    public Endpoint as(String user, String password) {
      byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
      String basic = "Basic " + Base64.getEncoder().encodeToString(pair);
      return new Endpoint(url, Map.of("Authorization", basic), repository);
    }

    /**
     * What {@code git-lfs-authenticate} has answered by ssh.
     *
     * @throws LfsException when it is no such answer
     */
    public static Endpoint parse(String answer) throws LfsException {
      try {
        JsonNode json = JSON.readTree(answer);
        URI url = URI.create(json.path("href").asText().replaceAll("/+$", ""));
        return new Endpoint(url, texts(json.path("header")), url.toString());
      } catch (JacksonException | IllegalArgumentException e) {
        throw new LfsException("the host gives no server of Git LFS by ssh");
      }
    }

    /** A path with dots, as they are or encoded, may lead out of the repository again. */
    private boolean opens(URI other) {
      String text = other.toString();
      boolean isPlain = other.getPath() != null && !other.getPath().contains("..");
      return isPlain
          && (text.startsWith(repository + "/") || text.startsWith(repository + ".git/"));
    }

    /** Headers hold what opens the repository. */
    @Override
    public String toString() {
      return url.toString();
    }
  }

  public LfsServer(Endpoint endpoint, PinnedHttp http) {
    this.endpoint = endpoint;
    this.http = http;
  }

  /**
   * Brings these contents into the store; what it has brought stays, also when it fails. One that
   * is not to be had keeps no other away.
   *
   * @throws LfsException why the first that stays away does
   * @throws ErrandException REPOSITORY_UNREACHABLE when a server may have them later
   */
  public void fetch(List<Pointer> wanted, ContentStore store, ContentStore.Watch watch)
      throws LfsException, InterruptedException {
    List<LfsException> problems = new ArrayList<>();
    for (int i = 0; i < wanted.size() && problems.size() < MAX_PROBLEMS; i += BATCH) {
      List<Pointer> batch = wanted.subList(i, Math.min(wanted.size(), i + BATCH));
      Map<String, JsonNode> objects = new HashMap<>();
      ask(batch).path("objects").forEach(one -> objects.put(one.path("oid").asText(), one));
      for (Pointer pointer : batch) {
        watch.look(0);
        try {
          JsonNode object = objects.get(pointer.content().value());
          download(pointer, object == null ? JSON.nullNode() : object, store, watch);
        } catch (LfsException e) {
          problems.add(e);
        }
      }
    }
    if (!problems.isEmpty()) {
      throw problems.getFirst();
    }
  }

  private JsonNode ask(List<Pointer> batch) throws LfsException, InterruptedException {
    ObjectNode body = JSON.createObjectNode().put("operation", "download");
    body.putArray("transfers").add("basic");
    body.put("hash_algo", "sha256");
    for (Pointer pointer : batch) {
      body.withArray("objects")
          .addObject()
          .put("oid", pointer.content().value())
          .put("size", pointer.size());
    }
    Map<String, String> headers = new TreeMap<>(endpoint.headers());
    headers.put("Accept", TYPE);
    URI url = URI.create(endpoint.url() + OBJECTS);
    byte[] answer =
        http.post(url, headers, TYPE, body.toString(), in -> in.readNBytes(MAX_ANSWER_BYTES));
    try {
      return JSON.readTree(answer);
    } catch (IOException e) {
      throw new LfsException("the server answers with no JSON");
    }
  }

  private void download(
      Pointer pointer, JsonNode object, ContentStore store, ContentStore.Watch watch)
      throws LfsException, InterruptedException {
    JsonNode action = object.path("actions").path("download");
    if (!action.has("href")) {
      String why = object.path("error").path("message").asText("");
      throw new LfsException("the server does not have a content" + shown(why));
    }
    URI url;
    try {
      url = URI.create(action.path("href").asText());
    } catch (IllegalArgumentException e) {
      throw new LfsException("the server gives an address that is no URL");
    }
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    if (endpoint.opens(url)) {
      headers.putAll(endpoint.headers());
    }
    headers.putAll(texts(action.path("header")));
    http.get(url, headers, body -> store.take(pointer, body, watch));
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    object.properties().forEach(one -> texts.put(one.getKey(), one.getValue().asText()));
    return texts;
  }

  private static String shown(String text) {
    String line = text.replaceAll("[^\\x20-\\x7e]", "?");
    return line.isEmpty() ? "" : ": " + line.substring(0, Math.min(line.length(), 200));
  }
}
