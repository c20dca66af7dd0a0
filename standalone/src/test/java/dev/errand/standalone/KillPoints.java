package dev.errand.standalone;

import static org.awaitility.Awaitility.await;

import dev.errand.standalone.ServerSettings.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Kills each process of a deployment at one point after another, in the order that it is given, and
 * starts it again each time: as many processes at once as there are, while tasks go on.
 */
final class KillPoints {
  /** A start, a task's way to the stage and, for RENEWING, a third of a lock. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Deployment errand;
  private final Path folder;
  private final Map<Set<Service>, Deque<KillPoint>> ahead = new HashMap<>();
  private final Map<KillPoint, Set<String>> killed = new HashMap<>();

  KillPoints(Deployment errand, List<KillPoint> order) {
    this.errand = errand;
    this.folder = new DataFolder(errand.data()).holdPoints();
    for (KillPoint point : order) {
      ahead.computeIfAbsent(groupOf(point), _ -> new ArrayDeque<>()).add(point);
    }
  }

  private Set<Service> groupOf(KillPoint point) {
    return errand.groups().stream()
        .filter(group -> group.contains(point.service()))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Goes through all points; returns which tasks were in flight at each. A point that no process
   * reaches in time fails it.
   */
  Map<KillPoint, Set<String>> run(Traffic traffic) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ahead.values().forEach(points -> arm(points.getFirst()));
    while (!ahead.isEmpty()) {
      Map.Entry<Set<Service>, Deque<KillPoint>> held = awaitHeld();
      Deque<KillPoint> points = held.getValue();
      KillPoint point = points.removeFirst();
      System.out.printf("Killing %s at %s%n", held.getKey(), point);
      killed.put(point, traffic.inFlight());
      errand.kill(point.service());
      if (!points.isEmpty()) {
        arm(points.getFirst());
      }
      errand.launchAgain(held.getKey());
      ahead.values().removeIf(Deque::isEmpty);
    }
    return killed;
  }

  private Map.Entry<Set<Service>, Deque<KillPoint>> awaitHeld() {
    return await("one of the points that are next in " + ahead)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () ->
                ahead.entrySet().stream()
                    .filter(points -> isReached(points.getValue().getFirst()))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private void arm(KillPoint point) {
    try {
      Files.createFile(folder.resolve(point.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isReached(KillPoint point) {
    return Files.exists(folder.resolve(point + ".reached"));
  }
}
