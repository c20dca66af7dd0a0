import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Measures a running Errand from outside, beside a script on the same engine, image and repository,
 * in interleaved rounds. Usage, by bin/bench: {@code java bench/Bench.java URL DATA_FOLDER MIRROR
 * IMAGE STARTS ROUNDS QUEUED RESULT}, where the environment {@code bench} exists and STARTS are
 * milliseconds with commas between.
 */
public final class Bench {
  private static final Pattern STAMP = Pattern.compile("STAMP (\\d{19})");
  private static final String STAMP_COMMAND = "echo STAMP $(date +%s%N)";
  private static final String AGENT = STAMP_COMMAND + "; echo x > bench.txt; " + STAMP_COMMAND;
  private static final String DIFF = "+++ b/bench.txt";

  private static final int SETTLE_MILLIS = 5_000;
  private static final int IDLE_WINDOWS = 5;
  private static final int IDLE_WINDOW_MILLIS = 5_000;
  private static final int SAMPLE_MILLIS = 250;
  private static final int SUBMITTERS = 16;

  private final Service service;
  private final String mirror;
  private final String image;
  private final List<Series> results = new ArrayList<>();

  private Bench(Service service, String mirror, String image) {
    this.service = service;
    this.mirror = mirror;
    this.image = image;
  }

  public static void main(String[] arguments) throws Exception {
    Path data = Path.of(arguments[1]);
    String process = Files.readString(data.resolve("server/process")).split(" ")[0];
    Service service =
        new Service(arguments[0], data.resolve("token"), Long.parseLong(process));
    Bench bench = new Bench(service, arguments[2], arguments[3]);
    String machine = machine();
    Series starts = bench.series("first start -> ready", "ms");
    Arrays.stream(arguments[4].split(",")).map(Double::valueOf).forEach(starts::add);
    bench.idle();
    bench.sideBySide(Integer.parseInt(arguments[5]));
    bench.queue(Integer.parseInt(arguments[6]));
    bench.report(machine, Path.of(arguments[7]));
  }

  private Series series(String what, String unit) {
    Series series = new Series(what, unit);
    results.add(series);
    return series;
  }

  private void idle() throws Exception {
    Series memory = series("idle: resident memory", "MB");
    Series cpu = series("idle: share of a core", "%");
    Thread.sleep(SETTLE_MILLIS); // what the start left behind
    for (int window = 0; window < IDLE_WINDOWS; window++) {
      double before = service.cpuSeconds();
      Thread.sleep(IDLE_WINDOW_MILLIS);
      cpu.add((service.cpuSeconds() - before) * 100 * 1_000 / IDLE_WINDOW_MILLIS);
      memory.add(service.rssMegabytes());
    }
  }

  private void sideBySide(int rounds) throws Exception {
    Series accepted = series("submitted -> accepted", "ms");
    Series start = series("accepted -> agent's first instruction", "ms");
    Series floorStart = series("the script: called -> agent's first instruction", "ms");
    Series ratio = series("submitted -> first instruction, by the script's", "x");
    Series diff = series("agent's end -> diff in the caller's hands", "ms");
    Series floorDiff = series("the script: agent's end -> diff in its hands", "ms");
    for (int round = -1; round < rounds; round++) { // the first one warms up
      boolean ours = round % 2 == 0; // each goes first as often as the other
      double[] errand = ours ? errand() : null;
      double[] floor = floor();
      errand = ours ? errand : errand();
      if (round >= 0) {
        accepted.add(errand[0]);
        start.add(errand[1]);
        diff.add(errand[2]);
        floorStart.add(floor[0]);
        floorDiff.add(floor[1]);
        ratio.add((errand[0] + errand[1]) / floor[0]);
      }
    }
  }

  private double[] errand() throws Exception {
    long submitted = now();
    String task = service.submit("bench", AGENT);
    long accepted = now();
    service.awaitReady(task);
    String diff = service.get("/api/v1/tasks/" + task + "/diff", "text/plain");
    long inHands = now();
    requireDiff(diff);
    List<Long> stamps = stamps(service.get("/api/v1/tasks/" + task + "/logs", "text/plain"));
    return new double[] {
      millis(submitted, accepted), millis(accepted, stamps.getFirst()),
      millis(stamps.getLast(), inHands)
    };
  }

  private double[] floor() throws Exception {
    long called = now();
    String output = run("bench/floor", mirror, image);
    requireDiff(output);
    List<Long> stamps = stamps(output);
    return new double[] {millis(called, stamps.get(0)), millis(stamps.get(1), stamps.get(2))};
  }

  private static void requireDiff(String text) {
    if (!text.contains(DIFF)) {
      throw new IllegalStateException("a wrong diff fails the run: " + text);
    }
  }

  private void queue(int count) throws Exception {
    Series memory = series(count + " tasks at once: resident memory", "MB");
    double cpuBefore = service.cpuSeconds();
    List<Service.Life> lives;
    try (var threads = Executors.newFixedThreadPool(SUBMITTERS)) {
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        calls.add(() -> service.submit("bench", "true"));
      }
      List<String> tasks = new ArrayList<>();
      for (Future<String> call : threads.invokeAll(calls)) {
        tasks.add(call.get());
      }
      Future<List<Service.Life>> end = threads.submit(() -> lives(tasks));
      while (!end.isDone()) {
        memory.add(service.rssMegabytes());
        Thread.sleep(SAMPLE_MILLIS);
      }
      lives = end.get();
    }
    double cpu = service.cpuSeconds() - cpuBefore;
    Instant first = lives.stream().map(Service.Life::created).min(Comparator.naturalOrder()).get();
    Instant last = lives.stream().map(Service.Life::completed).max(Comparator.naturalOrder()).get();
    List<Double> seconds = lives.stream().map(Service.Life::seconds).sorted().toList();
    String tasks = count + " tasks at once: ";
    series(tasks + "throughput", "tasks/s")
        .add(count / new Service.Life(first, last).seconds());
    series(tasks + "created -> completed", "s").values().addAll(seconds);
    series(tasks + "the last's latency by the first's", "x")
        .add(seconds.getLast() / seconds.getFirst());
    series(tasks + "the server's CPU time for each", "ms").add(cpu * 1_000 / count);
  }

  private List<Service.Life> lives(List<String> tasks) throws Exception {
    List<Service.Life> lives = new ArrayList<>();
    for (String task : tasks) {
      service.awaitReady(task);
      lives.add(service.life(task));
    }
    return lives;
  }

  private void report(String machine, Path result) throws IOException {
    String rows = results.stream().map(Series::row).collect(Collectors.joining("\n"));
    String text =
        """
        # Benchmarks

        `make bench` measures an Errand of its own beside [bench/floor](../bench/floor), a script that does
        the same task by hand on the same engine, image and repository (200 files), in interleaved rounds;
        and writes this page and `benchmarks.json`. Both begin with a fresh container. Stamps of the
        agent come from inside of it. A lost task or a wrong diff fails the run.

        %s

        | what | unit | min | median | max | n |
        |---|---|---|---|---|---|
        %s
        """
            .formatted(machine, rows);
    String json =
        "{\"machine\": \"%s\", \"series\": [\n  %s\n]}\n"
            .formatted(
                machine, results.stream().map(Series::json).collect(Collectors.joining(",\n  ")));
    Files.writeString(Path.of(result + ".md"), text);
    Files.writeString(Path.of(result + ".json"), json);
    System.out.print(text);
  }

  private static List<Long> stamps(String text) {
    List<Long> stamps = new ArrayList<>();
    Matcher matcher = STAMP.matcher(text);
    while (matcher.find()) {
      stamps.add(Long.parseLong(matcher.group(1)));
    }
    if (stamps.size() < 2) {
      throw new IllegalStateException("no stamps in: " + text);
    }
    return stamps;
  }

  private static double millis(long from, long to) {
    return (to - from) / 1e6;
  }

  private static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private static String machine() throws Exception {
    return "%s, %s, %d cores, load %s before the run, Linux %s, Docker %s, JDK %s."
        .formatted(
            Instant.now().toString().substring(0, 16) + "Z",
            run("sh", "-c", "sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1"),
            Runtime.getRuntime().availableProcessors(),
            run("cut", "-d ", "-f1", "/proc/loadavg"),
            run("uname", "-r"),
            run("docker", "version", "--format", "{{.Server.Version}}"),
            Runtime.version());
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
    }
    return output.strip();
  }
}
