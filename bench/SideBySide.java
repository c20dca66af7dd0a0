import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tasks of a running Errand and of the script, in turns, each with a commit of its own. */
final class SideBySide {
  private static final Pattern STAMP = Pattern.compile("STAMP (\\d{19})");
  private static final String EDIT = "echo x > bench.txt; cat round.txt";
  private static final String DIFF = "+++ b/bench.txt";

  /** Until what waits for the next task has been made anew: the rounds are of a hot environment. */
  private static final int BREATH_MILLIS = 3_000;

  private static final int FEW_ROUNDS = 5;

  private final Service service;
  private final Path work;
  private final String image;
  private final BiFunction<String, String, Series> series;
  private int round;

  SideBySide(
      Service service, Path work, String image, BiFunction<String, String, Series> series) {
    this.service = service;
    this.work = work;
    this.image = image;
    this.series = series;
  }

  /** Each round has another setup script, so that each prepares; the script runs it each time. */
  void cold(String size) throws Exception {
    String what = size + ", cold: ";
    Series ours = series.apply(what + "submitted -> agent's first instruction", "ms");
    Series theirs = series.apply(what + "the script's", "ms");
    Series ratio = series.apply(what + "by the script's", "x");
    String setup = "sleep 2; " + Files.readString(work.resolve(size + "/setup")).strip();
    for (int i = 0; i < FEW_ROUNDS; i++) {
      commit(size);
      define(size + "-cold", size, setup + "; true " + i);
      Task errand = errand(size + "-cold", EDIT);
      Task floor = floor(size, image, EDIT, setup);
      ours.add(errand.start());
      theirs.add(floor.start());
      ratio.add(errand.start() / floor.start());
    }
  }

  /** Both start from what was prepared before; the commit is newer than that. */
  void warm(String size, int rounds) throws Exception {
    String what = size + ", warm: ";
    Series accepted = series.apply(what + "submitted -> accepted", "ms");
    Series start = series.apply(what + "submitted -> agent's first instruction", "ms");
    Series floorStart = series.apply(what + "the script's", "ms");
    Series ratio = series.apply(what + "by the script's", "x");
    for (int i = -2; i < rounds; i++) { // the first ones prepare and warm up
      commit(size);
      boolean first = i % 2 == 0; // each goes first as often as the other
      Task errand = first ? errand(size, EDIT) : null;
      Task floor = floor(size, "errand-bench/" + size, EDIT, "true");
      errand = errand == null ? errand(size, EDIT) : errand;
      if (i >= 0) {
        accepted.add(errand.accepted());
        start.add(errand.start());
        floorStart.add(floor.start());
        ratio.add(errand.start() / floor.start());
      }
      Thread.sleep(BREATH_MILLIS);
    }
  }

  void diffs(int files) throws Exception {
    String what = "diff of %,d files: ".formatted(files);
    Series ours = series.apply(what + "agent's end -> in the caller's hands", "ms");
    Series theirs = series.apply(what + "the script's", "ms");
    Series ratio = series.apply(what + "by the script's", "x");
    String agent = EDIT + "; for i in $(seq 2 " + files + "); do echo $i > new$i.txt; done";
    for (int i = -1; i < FEW_ROUNDS; i++) {
      Task errand = errand("small", agent);
      Task floor = floor("small", "errand-bench/small", agent, "true");
      if (i >= 0) {
        ours.add(errand.diff());
        theirs.add(floor.diff());
        ratio.add(errand.diff() / floor.diff());
      }
      Thread.sleep(BREATH_MILLIS);
    }
  }

  /** A commit that nothing has prepared. */
  private void commit(String size) throws Exception {
    String repository = work.resolve(size + "/repository").toString();
    Files.writeString(Path.of(repository, "round.txt"), "round " + ++round + "\n");
    Bench.run("git", "-C", repository, "add", "-A");
    String[] who = {"-c", "user.name=bench", "-c", "user.email=bench@localhost"};
    Bench.run("git", "-C", repository, who[0], who[1], who[2], who[3], "commit", "-q", "-m", "r" + round);
  }

  private void define(String environment, String size, String setup) throws Exception {
    Path file = work.resolve("environment.yaml");
    Files.writeString(
        file,
        """
        id: %s
        repository: file://%s/%s/repository
        branch: main
        setup: |
          %s
        limits: {cpus: 1, memory: 1GiB, disk: 1GiB, setup: 2m, agent: 1m}
        """
            .formatted(environment, work, size, setup));
    Bench.run("./errand", "env", "apply", "-f", file.toString());
  }

  /** One task's times in milliseconds, by either way. */
  private record Task(double accepted, double start, double diff) {}

  private Task errand(String environment, String agent) throws Exception {
    long submitted = now();
    String stamp = "echo STAMP $(date +%s%N)";
    String task = service.submit(environment, stamp + "; " + agent + "; " + stamp);
    long accepted = now();
    service.awaitReady(task);
    String diff = service.get("/api/v1/tasks/" + task + "/diff", "text/plain");
    long inHands = now();
    String log = service.get("/api/v1/tasks/" + task + "/logs", "text/plain");
    require(diff, DIFF);
    require(log, "round " + round);
    List<Long> stamps = stamps(log);
    return new Task(
        millis(submitted, accepted),
        millis(submitted, stamps.getFirst()),
        millis(stamps.getLast(), inHands));
  }

  private Task floor(String size, String from, String agent, String setup) throws Exception {
    long called = now();
    String mirror = work.resolve(size + "/mirror").toString();
    String output = Bench.run("bench/floor", mirror, from, agent, setup);
    require(output, DIFF);
    require(output, "round " + round);
    List<Long> stamps = stamps(output);
    return new Task(
        0, millis(called, stamps.get(0)), millis(stamps.get(1), stamps.get(2)));
  }

  private static void require(String text, String part) {
    if (!text.contains(part)) {
      throw new IllegalStateException("a wrong result fails the run, '" + part + "': " + text);
    }
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
}
