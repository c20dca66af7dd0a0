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
import java.util.stream.Collectors;

/**
 * Measures a running Errand from outside, beside a script on the same engine, image and repository,
 * in interleaved rounds. Usage, by bin/bench: {@code java bench/Bench.java URL DATA_FOLDER WORK
 * IMAGE STARTS ROUNDS QUEUED RESULT}, where WORK holds what bin/bench has made of each size, each
 * size is an environment too, and STARTS are milliseconds with commas between.
 */
public final class Bench {
  private static final List<String> SIZES = List.of("small", "medium");
  private static final int[] DIFFS = {1, 100, 5_000};

  private static final int SETTLE_MILLIS = 5_000;
  private static final int IDLE_WINDOWS = 5;
  private static final int IDLE_WINDOW_MILLIS = 5_000;
  private static final int SAMPLE_MILLIS = 250;
  private static final int SUBMITTERS = 16;

  private final Service service;
  private final List<Series> results = new ArrayList<>();

  private Bench(Service service) {
    this.service = service;
  }

  public static void main(String[] arguments) throws Exception {
    Path data = Path.of(arguments[1]);
    String process = Files.readString(data.resolve("server/process")).split(" ")[0];
    Service service =
        new Service(arguments[0], data.resolve("token"), Long.parseLong(process));
    Bench bench = new Bench(service);
    String machine = machine();
    Series starts = bench.series("first start -> ready", "ms");
    Arrays.stream(arguments[4].split(",")).map(Double::valueOf).forEach(starts::add);
    bench.idle();
    var sideBySide = new SideBySide(service, Path.of(arguments[2]), arguments[3], bench::series);
    for (String size : SIZES) {
      sideBySide.cold(size);
      sideBySide.warm(size, Integer.parseInt(arguments[5]));
    }
    for (int files : DIFFS) {
      sideBySide.diffs(files);
    }
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

  private void queue(int count) throws Exception {
    Series memory = series(count + " tasks at once: resident memory", "MB");
    double cpuBefore = service.cpuSeconds();
    List<Service.Life> lives;
    try (var threads = Executors.newFixedThreadPool(SUBMITTERS)) {
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        calls.add(() -> service.submit("small", "true"));
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
        the same task by hand on the same engine, image and repository, in interleaved rounds; and writes
        this page and `benchmarks.json`. Small is a repository of 200 files, medium one of 5,000 whose setup
        leaves 30,000 in the home directory. Warm, both start from what was prepared (the script from an
        image that it has committed) and check out a newer commit; cold, both run the setup, which waits
        for 2 s. Stamps of the agent come from inside the container. A lost task, a wrong commit or a
        wrong diff fails the run.

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

  static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
    }
    return output.strip();
  }
}
