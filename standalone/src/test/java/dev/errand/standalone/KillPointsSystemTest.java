package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * SIGKILL to the process of each stage at each point between which a crash must lose nothing and
 * repeat nothing, while attempts are in flight at all stages. The order is drawn; {@code
 * -Derrand.seed} repeats one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KillPointsSystemTest {
  /** More than what stages at a standstill hold up. */
  private static final String PERMITS = "60";

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  private final Map<KillPoint, Set<String>> killed = new HashMap<>();
  private final Map<String, JsonNode> ended = new HashMap<>();

  static Stream<KillPoint> points() {
    return KillPoint.all().stream();
  }

  @BeforeAll
  void killEverywhere() {
    errand =
        Deployment.start(
            Map.of("errand.server.hold-points", "true", "errand.provisioner.permits", PERMITS));
    repository = ScratchRepository.withReadme();
    errand.applyEnvironment("counted", repository.url(), CountedTask.SETUP, "5m");
    long seed = Long.getLong("errand.seed", new Random().nextLong());
    List<List<KillPoint>> rounds = KillPoint.rounds(new Random(seed));
    System.out.printf("Rounds of points, seed %d: %s%n", seed, rounds);

    Traffic traffic = new Traffic(errand.tasks(), "counted", CountedTask.AGENT, 1, 1);
    traffic.start();
    try {
      await("traffic").atMost(Duration.ofMinutes(1)).until(() -> !traffic.inFlight().isEmpty());
      killed.putAll(new KillPoints(errand, rounds).run(traffic));
    } finally {
      traffic.close();
    }
    ended.putAll(traffic.ended());
    errand.awaitReady();
    traffic.inFlight().forEach(task -> ended.put(task, errand.awaitEnd(task)));
  }

  @AfterAll
  void end() {
    repository.delete();
    errand.close();
  }

  @ParameterizedTest
  @MethodSource("points")
  void whatWasInFlightEndsOnceWithWhatItDidOnce(KillPoint point) {
    Set<String> tasks = Objects.requireNonNull(killed.get(point), "it was not reached");

    assertThat(tasks).allSatisfy(this::assertRanOnce);
  }

  /** At a point of admission there may be none yet: what is admitted there is not answered. */
  @Test
  void tasksWereInFlightAtMostPoints() {
    assertThat(killed.values()).filteredOn(tasks -> !tasks.isEmpty()).hasSizeGreaterThan(30);
  }

  private void assertRanOnce(String id) {
    new CountedTask(id, Objects.requireNonNull(ended.get(id), id)).assertRanOnce(errand.tasks());
  }
}
