package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.schemas.FailureCode;
import dev.errand.standalone.ServerSettings.Service;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Faults one after another, drawn, while 100 attempts are in flight: every attempt must end as if
 * nothing had happened. {@code make chaos}; not part of the gate, as it takes a quarter of an hour.
 * {@code -Derrand.seed} repeats a day, {@code -Derrand.chaos.minutes} shortens it.
 */
class GameDays {
  private static final int ATTEMPTS = 4;
  private static final int TASKS = 25;

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int PERMITS = 4;
  private static final int BOX = 1024; // all sizes in MiB
  private static final int DISK = 1500;
  private static final int RESERVE = 512;

  /** Less than the 60 s after which a node counts as lost, so that nobody's work is given up. */
  private static final int LONGEST_PAUSE_SECONDS = 30;

  private static final int LARGEST_SHIFT_SECONDS = 300;

  private final long seed = Long.getLong("errand.seed", new Random().nextLong());
  private final Random random = new Random(seed);
  private final OwnEngine engine = new OwnEngine();
  private final SmallDisk disk = new SmallDisk(DISK, "");
  private final SmallDisk brokersDisk = new SmallDisk(DISK, "kafka");
  private final SmallDisk boxesDisk = new SmallDisk((PERMITS + 1) * BOX, "boxes/disks");
  private final List<Hit> hits = new ArrayList<>();

  /** What is still to come before each fault comes again. */
  private final Deque<Fault> next = new ArrayDeque<>();

  /** The service whose clock is off. */
  private Optional<Service> shifted = Optional.empty();

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  /**
   * @param recovery from the moment at which everything was mended, or started again, to the next
   *     end of an attempt
   */
  private record Hit(Fault fault, String what, Duration recovery) {}

  @BeforeEach
  void start() {
    errand =
        Deployment.start(
            Map.of(
                "errand.server.disk-reserve-bytes",
                Long.toString((long) RESERVE << 20),
                "errand.provisioner.permits",
                Integer.toString(PERMITS)),
            disk.and(brokersDisk).and(boxesDisk).and(engine));
    repository = ScratchRepository.withReadme();
    errand.applyEnvironment("counted", repository.url(), CountedTask.SETUP, "10m");
  }

  @AfterEach
  void end() {
    disk.free();
    repository.delete();
    errand.close();
  }

  @Test
  void everyAttemptEndsAsIfNothingHadHappened() throws InterruptedException {
    Duration day = Duration.ofMinutes(Integer.getInteger("errand.chaos.minutes", 10));
    System.out.printf("A day of %d minutes, seed %d%n", day.toMinutes(), seed);
    Instant evening = Instant.now().plus(day);
    Traffic traffic =
        new Traffic(errand.tasks(), "counted", "sleep 1; " + CountedTask.AGENT, ATTEMPTS, TASKS);
    try (traffic;
        Ends ends = new Ends(new DistantBroker.Address(kafkaClient()).read())) {
      ends.start();
      traffic.start();
      ends.firstAfter(Instant.now(), PATIENCE);
      while (Instant.now().isBefore(evening)) {
        strike(ends);
        Thread.sleep(random.nextInt(5_000));
      }
    }
    setClockRight();
    errand.awaitReady();
    Map<String, JsonNode> ended = new HashMap<>(traffic.ended());
    traffic.inFlight().forEach(task -> ended.put(task, errand.awaitEnd(task)));
    report(ended.size());
    long lost = ended.values().stream().mapToLong(GameDays::boxesLost).sum();
    long kills = hits.stream().filter(hit -> hit.fault() == Fault.ENGINE_KILLED).count();
    assertThat(lost).as("boxes that died with the engine").isLessThanOrEqualTo(kills * PERMITS);
    assertThat(ended).isNotEmpty().allSatisfy(this::assertRanOnce);
  }

  private static long boxesLost(JsonNode task) {
    return task.path("attempts").valueStream().filter(GameDays::hasLostItsBox).count();
  }

  private static boolean hasLostItsBox(JsonNode attempt) {
    return attempt.at("/failure/code").asText().equals(FailureCode.BOX_LOST.name());
  }

  private Path kafkaClient() {
    return new DataFolder(errand.data()).kafkaClient();
  }

  private void strike(Ends ends) throws InterruptedException {
    Fault fault = draw();
    List<Service> all = List.of(Service.values());
    Service service = all.get(random.nextInt(all.size()));
    String what = fault.isOfProcess() ? service.name().toLowerCase(Locale.ROOT) : "all";
    System.out.printf("%s %s: %s%n", Instant.now(), fault, what);
    setClockRight();
    switch (fault) {
      case KILLED -> {
        errand.kill(service);
        pause();
        errand.launchAgain(errand.groupOf(service));
      }
      case STOPPED -> {
        errand.signal(service, "STOP");
        pause();
        errand.signal(service, "CONT");
      }
      case RESTARTED -> {
        errand.stop(service);
        errand.launchAgain(errand.groupOf(service));
      }
      case CLOCK_SHIFTED -> {
        errand.stop(service);
        int seconds = random.nextInt(2 * LARGEST_SHIFT_SECONDS) - LARGEST_SHIFT_SECONDS;
        errand.launchAgain(errand.groupOf(service), clock(seconds));
        shifted = Optional.of(service);
      }
      case ENGINE_KILLED -> {
        engine.kill();
        pause();
        engine.start();
      }
      case DISK_FULL -> {
        disk.fillTo(RESERVE / 4);
        pause();
        disk.free();
      }
    }
    hits.add(new Hit(fault, what, ends.firstAfter(Instant.now(), PATIENCE)));
  }

  private void setClockRight() {
    shifted.ifPresent(
        service -> {
          errand.stop(service);
          errand.launchAgain(errand.groupOf(service));
        });
    shifted = Optional.empty();
  }

  /**
   * Debian's faketime: the wall clock is off, the clock that only counts is not. Without the last
   * one every timed wait of a JVM ends at once.
   */
  private static Map<String, String> clock(int seconds) {
    String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
    Path library = Path.of("/usr/lib/%s-linux-gnu/faketime/libfaketime.so.1".formatted(machine));
    assertThat(library).as("apt-get install faketime").exists();
    return Map.of(
        "LD_PRELOAD",
        library.toString(),
        "FAKETIME",
        "%+ds".formatted(seconds),
        "DONT_FAKE_MONOTONIC",
        "1",
        "FAKETIME_FORCE_MONOTONIC_FIX",
        "0");
  }

  private void pause() throws InterruptedException {
    Thread.sleep(Duration.ofSeconds(random.nextInt(1, LONGEST_PAUSE_SECONDS)));
  }

  private Fault draw() {
    if (next.isEmpty()) {
      List<Fault> all = new ArrayList<>(List.of(Fault.values()));
      Collections.shuffle(all, random);
      next.addAll(all);
    }
    return next.remove();
  }

  private void report(int tasks) {
    System.out.printf(
        "%d tasks of %d attempts, %d faults, seed %d%n", tasks, ATTEMPTS, hits.size(), seed);
    for (Fault fault : Fault.values()) {
      List<Duration> recoveries =
          hits.stream().filter(hit -> hit.fault() == fault).map(Hit::recovery).sorted().toList();
      if (!recoveries.isEmpty()) {
        System.out.printf(
            "%-14s %2d times, recovery median %5d ms, longest %6d ms%n",
            fault,
            recoveries.size(),
            recoveries.get(recoveries.size() / 2).toMillis(),
            recoveries.getLast().toMillis());
      }
    }
    hits.stream()
        .max(Comparator.comparing(Hit::recovery))
        .ifPresent(hit -> System.out.printf("The longest: %s%n", hit));
  }

  private void assertRanOnce(String id, JsonNode task) {
    for (JsonNode attempt : task.path("attempts")) {
      if (!hasLostItsBox(attempt)) {
        CountedTask.assertRanOnce(attempt, errand.tasks().diff(id, attempt.path("number").asInt()));
      }
    }
  }
}
