package dev.errand.standalone;

import static org.awaitility.Awaitility.await;

import dev.errand.standalone.ServerSettings.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Has each process of a deployment stand still at one point of each of its stages, kills it there
 * and starts it again, round after round, while tasks go on. Processes do not wait for each other.
 */
final class KillPoints {
  /** A start, the tasks' way to all stages and, for RENEWING, a third of a lock. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final int IN_FLIGHT = 10;

  /** What was on its way when a stage came to a standstill may all be past the one before it. */
  private static final int FRESH = 3;

  private final Deployment errand;
  private final Path folder;
  private final Map<Set<Service>, Deque<List<KillPoint>>> ahead = new HashMap<>();
  private final Map<KillPoint, Set<String>> killed = new HashMap<>();

  KillPoints(Deployment errand, List<List<KillPoint>> rounds) {
    this(errand, rounds, errand.groups());
  }

  /**
   * @param groups services that are killed one after the other, as soon as all of them stand still,
   *     and started again together
   */
  KillPoints(Deployment errand, List<List<KillPoint>> rounds, List<Set<Service>> groups) {
    this.errand = errand;
    this.folder = new DataFolder(errand.data()).holdPoints();
    for (Set<Service> group : groups) {
      Deque<List<KillPoint>> own = new ArrayDeque<>();
      for (List<KillPoint> round : rounds) {
        own.add(
            round.stream().filter(point -> group.contains(point.service())).toList().reversed());
      }
      if (!own.getFirst().isEmpty()) { // the broker alone has no stage
        ahead.put(group, own);
      }
    }
  }

  /**
   * Goes through all rounds; returns which tasks were in flight at each point. A point that no
   * process reaches in time fails it.
   */
  Map<KillPoint, Set<String>> run(Traffic traffic) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    while (!ahead.isEmpty()) {
      Map.Entry<Set<Service>, Deque<List<KillPoint>>> held = awaitHeld();
      Deque<List<KillPoint>> rounds = held.getValue();
      List<KillPoint> points = rounds.getFirst();
      Optional<KillPoint> next = points.stream().filter(point -> !isReached(point)).findFirst();
      if (next.isPresent()) {
        arm(next.get()); // the latest stage first: what stands still may hold up its whole stage
        traffic.keep(Math.max(IN_FLIGHT, traffic.inFlight().size() + FRESH));
        continue;
      }
      System.out.printf("%s Killing %s at %s%n", Instant.now(), held.getKey(), points);
      points.forEach(point -> killed.put(point, traffic.inFlight()));
      held.getKey().forEach(errand::kill);
      rounds.removeFirst();
      traffic.keep(IN_FLIGHT);
      errand.launchAgain(held.getKey());
      ahead.values().removeIf(Deque::isEmpty);
    }
    return killed;
  }

  private Map.Entry<Set<Service>, Deque<List<KillPoint>>> awaitHeld() {
    try {
      return await("a process that stands at its points")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .until(
              () ->
                  ahead.entrySet().stream()
                      .filter(
                          rounds -> rounds.getValue().getFirst().stream().noneMatch(this::isArmed))
                      .findFirst(),
              Optional::isPresent)
          .orElseThrow();
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("not reached: " + notReached(), e);
    }
  }

  private List<KillPoint> notReached() {
    return ahead.values().stream()
        .flatMap(rounds -> rounds.getFirst().stream())
        .filter(point -> !isReached(point))
        .toList();
  }

  private void arm(KillPoint point) {
    try {
      Files.createFile(folder.resolve(point.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isArmed(KillPoint point) {
    return Files.exists(folder.resolve(point.toString()));
  }

  private boolean isReached(KillPoint point) {
    return Files.exists(folder.resolve(point + ".reached"));
  }
}
