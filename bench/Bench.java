import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures a running Errand from outside, beside a hand-written script on the same engine, image
 * and repository, in interleaved rounds. Usage: {@code java Bench.java URL TOKEN_FILE PID
 * REPOSITORY START_MILLIS ROUNDS QUEUED}; the environment {@code bench} exists.
 */
public final class Bench {
  private static final Pattern STAMP = Pattern.compile("STAMP (\\d{19})");
  private static final Pattern ID = Pattern.compile("\"id\"\\s*:\\s*\"([0-9A-Z]{26})\"");
  private static final String STAMP_COMMAND = "echo STAMP $(date +%s%N)";
  private static final long CPU_WINDOW_MILLIS = 15_000;
  private static final long TICKS_PER_SECOND = 100; // Linux's USER_HZ

  private final HttpClient client = HttpClient.newHttpClient();
  private final String url;
  private final String token;
  private final long pid;
  private final Path repository;

  private Bench(String url, String token, long pid, Path repository) {
    this.url = url;
    this.token = token;
    this.pid = pid;
    this.repository = repository;
  }

  public static void main(String[] arguments) throws Exception {
    Bench bench =
        new Bench(
            arguments[0],
            Files.readString(Path.of(arguments[1])).strip(),
            Long.parseLong(arguments[2]),
            Path.of(arguments[3]));
    int rounds = Integer.parseInt(arguments[5]);
    int queued = Integer.parseInt(arguments[6]);
    System.out.printf("%s, %s%n", Instant.now(), machine());
    System.out.printf("first start -> ready: %s ms%n", arguments[4]);
    bench.idle();
    bench.sideBySide(rounds);
    bench.queue(queued);
  }

  private void idle() throws Exception {
    Thread.sleep(3_000); // what the start left behind
    long before = cpuTicks();
    Thread.sleep(CPU_WINDOW_MILLIS);
    double cpu = (cpuTicks() - before) * 100.0 * 1_000 / TICKS_PER_SECOND / CPU_WINDOW_MILLIS;
    System.out.printf(Locale.ROOT, "idle: %d MB RSS, %.1f %% of a core%n", rssMegabytes(), cpu);
  }

  private void sideBySide(int rounds) throws Exception {
    List<Double> errand = new ArrayList<>();
    List<Double> script = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    List<Double> diffs = new ArrayList<>();
    for (int round = -1; round < rounds; round++) { // the first one warms up
      double[] ours = errandRound();
      double floor = scriptRound();
      if (round >= 0) {
        errand.add(ours[0]);
        diffs.add(ours[1]);
        script.add(floor);
        ratios.add(ours[0] / floor);
      }
    }
    print("accepted -> agent's first instruction, ms", errand);
    print("the same by a shell script on the engine, ms", script);
    print("ratio, round by round", ratios);
    print("agent's end -> diff visible, ms", diffs);
  }

  private double[] errandRound() throws Exception {
    long submitted = now();
    String task = submit(STAMP_COMMAND + "; echo x > bench.txt; " + STAMP_COMMAND);
    awaitReady(task);
    long visible = now();
    List<Long> stamps = stamps(get("/api/v1/tasks/" + task + "/logs"));
    return new double[] {
      (stamps.getFirst() - submitted) / 1e6, (visible - stamps.getLast()) / 1e6
    };
  }

  /** Create, start, clone from the host's mirror, run: with our limits and without a network. */
  private double scriptRound() throws Exception {
    String script =
        "git clone -q --shared /mirror /workspace && cd /workspace && " + STAMP_COMMAND;
    long before = now();
    String output =
        run(
            "sh",
            "-c",
            "c=$(docker create --network none --memory 1g --cpus 1 --pids-limit 2048 --cap-drop ALL"
                + " -v "
                + repository
                + ":/mirror:ro errand/universal bash -c 'git config --global safe.directory"
                + " \"*\"; "
                + script
                + "') && docker start -a $c; docker rm -f $c >/dev/null");
    return (stamps(output).getFirst() - before) / 1e6;
  }

  private void queue(int count) throws Exception {
    long start = now();
    List<String> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(submit("true"));
    }
    double accepted = (now() - start) / 1e9;
    List<Double> seconds = new ArrayList<>();
    long peak = 0;
    for (String task : tasks) {
      awaitReady(task);
      peak = Math.max(peak, rssMegabytes());
      seconds.add((now() - start) / 1e9);
    }
    System.out.printf(
        Locale.ROOT,
        "%d trivial tasks at once: accepted in %.1f s, done in %.1f s (%.2f/s), first %.1f s,"
            + " last %.1f s, at most %d MB RSS%n",
        count, accepted, seconds.getLast(), count / seconds.getLast(), seconds.getFirst(),
        seconds.getLast(), peak);
  }

  private String submit(String prompt) throws Exception {
    String body = "{\"environment\":\"bench\",\"prompt\":\"" + prompt.replace("\"", "\\\"") + "\"}";
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

  private void awaitReady(String task) throws Exception {
    while (true) {
      String answer = get("/api/v1/tasks/" + task);
      if (answer.contains("\"state\":\"presented\"")) {
        return;
      }
      if (answer.matches("(?s).*\"state\":\"(failed|cancelled|rejected)\".*")) {
        throw new IllegalStateException("a lost task fails the run: " + answer);
      }
      Thread.sleep(4);
    }
  }

  private String get(String path) throws Exception {
    String type = path.endsWith("logs") ? "text/plain" : "application/json";
    HttpRequest request = request(path).header("Accept", type).build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .header("Authorization", "Bearer " + token);
  }

  private static List<Long> stamps(String text) {
    List<Long> stamps =
        STAMP.matcher(text).results().map(match -> Long.parseLong(match.group(1))).toList();
    if (stamps.isEmpty()) {
      throw new IllegalStateException("no stamp in: " + text);
    }
    return stamps;
  }

  private static void print(String what, List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%s: median %.2f [min %.2f, max %.2f], n = %d%n",
        what, sorted.get(sorted.size() / 2), sorted.getFirst(), sorted.getLast(), sorted.size());
  }

  private static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private long rssMegabytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmRSS")) {
          return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return 0;
  }

  private long cpuTicks() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.split("\\) ")[1].split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private static String machine() throws Exception {
    return Runtime.getRuntime().availableProcessors()
        + " cores, "
        + run("sh", "-c", "sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1").strip()
        + ", load "
        + run("sh", "-c", "cut -d' ' -f1 /proc/loadavg").strip();
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    return output;
  }
}
