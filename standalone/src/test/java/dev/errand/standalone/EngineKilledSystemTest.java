package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.schemas.FailureCode;
import dev.errand.standalone.Deployment.Mode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * SIGKILL to the engine's daemon while attempts are in every stage. The daemon that comes back ends
 * the boxes that it finds: what was in them ends once, with a code; what was not yet goes on. Where
 * the services are its containers it ends and starts them, the broker among them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineKilledSystemTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int KILLS = Mode.current() == Mode.CONTAINER_PER_SERVICE ? 1 : 3;
  private static final int IN_FLIGHT = 8;
  private static final int PERMITS = 6;

  private final OwnEngine engine = new OwnEngine();

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @BeforeAll
  void start() {
    errand =
        Deployment.start(Map.of("errand.provisioner.permits", Integer.toString(PERMITS)), engine);
    repository = errand.repository();
    errand.applyEnvironment("plain", repository.url(), "", "5m");
    errand.applyEnvironment("counted", repository.url(), CountedTask.SETUP + "; sleep 0.5", "5m");
  }

  @AfterAll
  void end() {
    repository.delete();
    errand.close();
  }

  @Test
  void anAgentThatTheEngineTookWithItIsNotRunAgain() {
    PausedTask task = PausedTask.submit(errand, "plain", "true", "true");
    task.awaitPause();

    killEngine();

    JsonNode attempt = errand.awaitEnd(task.id()).path("attempts").path(0);
    assertThat(attempt.at("/failure/code").asText())
        .as(attempt.toPrettyString())
        .isEqualTo(FailureCode.BOX_LOST.name());
    assertThat(attempt.path("run").asInt()).isOne();
  }

  @Test
  void whatIsInFlightEndsOnceAndWhatComesThenRuns() {
    Traffic traffic = new Traffic(errand.tasks(), "counted", CountedTask.AGENT, 1, IN_FLIGHT);
    traffic.start();
    try {
      for (int kill = 0; kill < KILLS; kill++) {
        int before = traffic.ended().size();
        await("traffic").atMost(PATIENCE).until(() -> traffic.ended().size() > before + 2);
        killEngine();
      }
      int before = traffic.ended().size();
      await("traffic").atMost(PATIENCE).until(() -> traffic.ended().size() > before + IN_FLIGHT);
    } finally {
      traffic.close();
    }
    Map<String, JsonNode> ended = new HashMap<>(traffic.ended());
    traffic.inFlight().forEach(task -> ended.put(task, errand.awaitEnd(task)));

    assertThat(ended).hasSizeGreaterThan(KILLS + IN_FLIGHT);
    Map<String, JsonNode> lost = new HashMap<>(ended);
    lost.values().removeIf(task -> !hasLostItsBox(task));
    assertThat(lost.size()).as("boxes that died with it").isLessThanOrEqualTo(KILLS * PERMITS);
    ended.keySet().removeAll(lost.keySet());
    String last = UUID.randomUUID().toString();
    String then = errand.tasks().submit(last, "counted", CountedTask.AGENT).path("id").asText();
    ended.put(then, errand.awaitEnd(then));
    ended.forEach((id, task) -> new CountedTask(id, task).assertRanOnce(errand.tasks()));
  }

  private void killEngine() {
    engine.kill();
    engine.start();
    errand.awaitBack();
  }

  private static boolean hasLostItsBox(JsonNode task) {
    String code = task.at("/attempts/0/failure/code").asText();
    return code.equals(FailureCode.BOX_LOST.name());
  }
}
