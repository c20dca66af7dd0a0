package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.standalone.ServerSettings.Service;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * SIGKILL to each service while a box works for it: the box goes on, the service comes back and
 * takes up what is there; nothing is lost and nothing runs twice.
 */
@ParameterizedClass
@EnumSource(Deployment.Mode.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecoverySystemTest {
  private static final Duration STAGE_REACHED = Duration.ofMinutes(1);

  /** Writes one line for each run, so that a second run would show. */
  private static final String COUNTED = "echo ran >> runs.txt; sleep 6; echo done >> runs.txt";

  @Parameter Deployment.Mode mode = Deployment.Mode.ONE_PROCESS;

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @BeforeAll
  void start() {
    errand = Deployment.start(mode);
    repository = ScratchRepository.withReadme();
    errand.applyEnvironment("plain", repository.url(), "");
    errand.applyEnvironment("slow", repository.url(), "echo preparing; sleep 6; echo prepared");
  }

  @AfterAll
  void end() {
    repository.delete();
    errand.close();
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void anAgentThatWorksSurvivesTheDeathOfAnyService(Service victim) {
    String task = submit("plain", COUNTED);
    awaitState(task, "set-up");

    errand.kill(victim);
    errand.restart(victim);

    assertRanOnce(task);
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void aSetupThatWorksSurvivesTheDeathOfAnyService(Service victim) {
    String task = submit("slow", "echo ran >> runs.txt; echo done >> runs.txt");
    awaitState(task, "checked-out");

    errand.kill(victim);
    errand.restart(victim);

    assertRanOnce(task);
  }

  private void assertRanOnce(String task) {
    JsonNode ended = errand.awaitEnd(task);
    assertThat(ended.get("attempts").get(0).get("state").asText())
        .as(ended.toPrettyString())
        .isEqualTo("presented");
    assertThat(ended.get("attempts").get(0).get("run").asInt()).isEqualTo(1);
    String diff = errand.errand("cloud", "diff", task).succeeded().out();
    assertThat(diff.lines().filter("+ran"::equals)).hasSize(1);
    assertThat(diff.lines().filter("+done"::equals)).hasSize(1);
  }

  private String submit(String environment, String prompt) {
    CommandResult result =
        errand.errand("cloud", "exec", "--env", environment, "--branch", "main", prompt);
    return Deployment.taskOf(result.succeeded());
  }

  private void awaitState(String task, String state) {
    await("attempt in " + state)
        .atMost(STAGE_REACHED)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () ->
                errand
                    .errand("cloud", "status", task, "--json")
                    .json()
                    .get("attempts")
                    .get(0)
                    .get("state")
                    .asText()
                    .equals(state));
  }
}
