import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The Errand that is measured, as its HTTP clients and the machine see it. Thread-safe. */
final class Service {
  private static final Pattern ID = Pattern.compile("\"id\"\\s*:\\s*\"([0-9A-Z]{26})\"");
  private static final Pattern STATE = Pattern.compile("\"state\":\"([a-z]+)\"");
  private static final Pattern CREATED = Pattern.compile("\"createdAt\":\"([^\"]+)\"");
  private static final Pattern COMPLETED = Pattern.compile("\"completedAt\":\"([^\"]+)\"");
  private static final long TICKS_PER_SECOND = 100; // Linux's USER_HZ

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String url;
  private final String token;
  private final long pid;

  Service(String url, Path tokenFile, long pid) throws IOException {
    this.url = url;
    this.token = Files.readString(tokenFile).strip();
    this.pid = pid;
  }

  /** From a task's creation to its end, as the server has written it down. */
  record Life(Instant created, Instant completed) {
    double seconds() {
      return (completed.toEpochMilli() - created.toEpochMilli()) / 1e3;
    }
  }

  /** Returns when the task is accepted. */
  String submit(String environment, String prompt) throws IOException, InterruptedException {
    String body =
        "{\"environment\":\"%s\",\"prompt\":\"%s\"}"
            .formatted(environment, prompt.replace("\"", "\\\""));
    HttpRequest request =
        request("/api/v1/tasks")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    String answer = client.send(request, BodyHandlers.ofString()).body();
    Matcher id = ID.matcher(answer);
    if (!id.find()) {
      throw new IllegalStateException("not accepted: " + answer);
    }
    return id.group(1);
  }

  /** Told by the server, not asked for again and again: that would be measured too. */
  void awaitReady(String task) throws IOException, InterruptedException {
    HttpRequest request =
        request("/api/v1/tasks/" + task + "/events").header("Accept", "text/event-stream").build();
    HttpResponse<Stream<String>> answer = client.send(request, BodyHandlers.ofLines());
    try (Stream<String> lines = answer.body()) {
      for (Iterator<String> line = lines.iterator(); line.hasNext(); ) {
        String text = line.next();
        Matcher state = STATE.matcher(text);
        if (text.startsWith("data: ") && state.find() && isReady(state.group(1), text)) {
          return;
        }
      }
    }
    throw new IllegalStateException("the events of " + task + " end before it does");
  }

  private static boolean isReady(String state, String text) {
    if (List.of("failed", "cancelled", "rejected").contains(state)) {
      throw new IllegalStateException("a lost task fails the run: " + text);
    }
    return state.equals("ready");
  }

  Life life(String task) throws IOException, InterruptedException {
    String answer = get("/api/v1/tasks/" + task, "application/json");
    return new Life(instant(CREATED, answer), instant(COMPLETED, answer));
  }

  private static Instant instant(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + pattern + " in " + text);
    }
    return Instant.parse(matcher.group(1));
  }

  String get(String path, String type) throws IOException, InterruptedException {
    HttpRequest request = request(path).header("Accept", type).build();
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(path + " is answered with " + answer.body());
    }
    return answer.body();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .header("Authorization", "Bearer " + token);
  }

  long rssMegabytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmRSS")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    throw new IllegalStateException("the server has ended");
  }

  /** Of one core, since it was started. */
  double cpuSeconds() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / (double) TICKS_PER_SECOND;
  }
}
