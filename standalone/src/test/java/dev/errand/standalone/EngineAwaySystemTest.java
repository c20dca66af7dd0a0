package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.schemas.FailureCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** The engine is not there at the start, goes in the middle, and comes back: nothing is lost. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EngineAwaySystemTest {
  private static final String CODE = FailureCode.ENGINE_UNAVAILABLE.name();
  private static final String HINT = FailureCode.ENGINE_UNAVAILABLE.hint();
  private static final int MORE_THAN_PERMITS = 6;

  private final EngineRelay relay = new EngineRelay();

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @BeforeAll
  void startWithoutAnEngine() {
    errand = Deployment.start(Map.of("errand.provisioner.permits", "4"), relay);
    repository = ScratchRepository.withReadme();
    errand.applyEnvironment("plain", repository.url(), "", "5m");
  }

  @AfterEach
  void bringTheEngineBack() {
    relay.bringBack();
  }

  @AfterAll
  void end() {
    repository.delete();
    errand.close();
  }

  /** First of all, while there has never been one. */
  @Test
  @Order(1)
  void aTaskWaitsForTheFirstEngineAndSaysSo() {
    PausedTask task = PausedTask.submit(errand, "plain", "true", "echo new > new.txt");

    task.awaitAttempt("/waitsFor/message", "no engine answers at " + relay.host());
    CommandResult status = errand.errand("cloud", "status", task.id());
    assertThat(status.out()).contains("queued", "no engine answers at " + relay.host(), CODE, HINT);
    relay.bringBack();
    task.awaitPause();
    task.letGo();

    assertThat(task.awaitDiff()).contains("+new");
    assertThat(task.attempt().has("waitsFor")).isFalse();
  }

  @Test
  void anAgentWorksOnWithoutTheEngineAndItsDiffWaits() {
    PausedTask task = PausedTask.submit(errand, "plain", "true", "echo new > new.txt");
    task.awaitPause();

    relay.takeAway();
    task.letGo();
    await("a wait for the engine")
        .atMost(Duration.ofMinutes(1))
        .until(() -> logOf(task).contains("waiting: "));
    assertThat(logOf(task)).contains(HINT);
    relay.bringBack();

    assertThat(task.awaitDiff()).contains("+new");
  }

  @Test
  void whatIsBegunAndWhatIsQueuedSurvivesAnEngineThatGoes() {
    List<PausedTask> tasks =
        IntStream.range(0, MORE_THAN_PERMITS)
            .mapToObj(i -> PausedTask.submit(errand, "plain", "true", "echo new > new.txt"))
            .toList();
    tasks.getFirst().awaitPause();

    relay.takeAway();
    await("the node to notice")
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                tasks.stream()
                    .anyMatch(task -> task.attempt().at("/waitsFor/code").asText().equals(CODE)));
    relay.bringBack();
    await("the end of all")
        .atMost(Duration.ofMinutes(3))
        .until(() -> tasks.stream().filter(task -> !task.letGoIfPaused()).count() == 0);

    assertThat(tasks).allSatisfy(task -> assertThat(task.awaitDiff()).contains("+new"));
  }

  private String logOf(PausedTask task) {
    return errand.tasks().events(task.id());
  }
}
