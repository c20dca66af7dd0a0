package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.standalone.ServerSettings.Service;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * SIGKILL to each service while one box prepares and an agent works in another: what works there
 * goes on, the service comes back and takes up what it finds; nothing is lost, nothing runs twice.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecoverySystemTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int STANDSTILLS = 5;
  private static final Duration STANDSTILL = Duration.ofSeconds(4); // the controller waits 3
  private static final Duration SILENCE = Duration.ofSeconds(20);

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @BeforeAll
  void start() {
    errand = Deployment.start(Map.of("errand.server.node-silence", SILENCE.toString()));
    repository = errand.repository();
    errand.applyEnvironment("plain", repository.url(), "", "5m");
    errand.applyEnvironment("slow", repository.url(), waiting("setup"), "5m");
  }

  @AfterAll
  void end() {
    repository.delete();
    errand.close();
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void whatWorksSurvivesTheDeathOfAnyService(Service victim) {
    errand.errand("env", "reset", "slow").succeeded(); // or what was prepared would serve
    String working = submit("plain", waiting("agent"));
    String preparing = submit("slow", "echo agent >> runs.txt");
    awaitBegun(working, "agent");
    awaitBegun(preparing, "setup");

    errand.kill(victim);
    letGo(working, "agent"); // ends while nobody may be watching
    errand.restart(victim);
    letGo(preparing, "setup"); // goes on before the eyes of whoever has come back

    assertRanOnce(working, "agent-began", "agent-ended");
    assertRanOnce(preparing, "setup-began", "setup-ended", "agent");
  }

  @Test
  void servicesThatAreAwayForLongerThanANodeMayBeLoseNothing() {
    String working = submit("plain", waiting("agent"));
    awaitBegun(working, "agent");

    errand.kill(Service.PROVISIONER);
    errand.kill(Service.DIFF_COLLECTOR);
    awaitSilenceOf("provisioner");
    errand.restart(Service.PROVISIONER);
    errand.restart(Service.DIFF_COLLECTOR);
    letGo(working, "agent");

    assertRanOnce(working, "agent-began", "agent-ended");
  }

  /**
   * A broker that stands still, as on a busy or a paused machine, is fenced by its own controller
   * and leads its partitions in a new epoch. What Kafka's clients say then is of many kinds.
   */
  @Test
  void aBrokerThatStandsStillAgainAndAgainHoldsNothingUpForGood() throws Exception {
    List<String> tasks = new ArrayList<>();
    for (int number = 0; number < STANDSTILLS; number++) {
      tasks.add(submit("plain", "sleep 1; echo agent >> runs.txt"));
    }

    for (int number = 0; number < STANDSTILLS; number++) {
      errand.signal(Service.BROKER, "STOP");
      Thread.sleep(STANDSTILL);
      errand.signal(Service.BROKER, "CONT");
      Thread.sleep(STANDSTILL.dividedBy(3));
    }

    tasks.forEach(task -> assertRanOnce(task, "agent"));
    assertRanOnce(submit("plain", "echo agent >> runs.txt"), "agent");
  }

  /** Where the front door died with it, nobody concludes anything: nothing is to be waited for. */
  private void awaitSilenceOf(String service) {
    Duration silence = SILENCE.plusSeconds(10); // two looks of the decider
    await("silence of " + service)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              Instant seen = errand.tasks().lastWordOf(service).orElse(Instant.EPOCH);
              return seen.plus(silence).isBefore(Instant.now());
            });
  }

  /** A script of which every run leaves its lines, and which ends when it is let go. */
  private static String waiting(String phase) {
    return "echo %1$s-began >> runs.txt; %2$s; echo %1$s-ended >> runs.txt"
        .formatted(phase, "until [ -e /tmp/%s ]; do sleep 0.1; done".formatted(phase));
  }

  private String submit(String environment, String prompt) {
    JsonNode task = errand.tasks().submit(UUID.randomUUID().toString(), environment, prompt);
    return task.required("id").asText();
  }

  private void awaitBegun(String task, String phase) {
    String script = "grep -q %s-began /workspace/*/runs.txt".formatted(phase);
    await(phase + " of " + task)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> errand.inBox(task, script).exitCode() == 0);
  }

  private void letGo(String task, String phase) {
    errand.letGo(task, "/tmp/" + phase);
  }

  private void assertRanOnce(String task, String... lines) {
    JsonNode ended = errand.awaitEnd(task);
    JsonNode attempt = ended.get("attempts").get(0);
    assertThat(attempt.get("state").asText()).as(ended.toPrettyString()).isEqualTo("presented");
    assertThat(attempt.get("run").asInt()).isEqualTo(1);
    String diff = errand.errand("cloud", "diff", task).succeeded().out();
    assertThat(diff.lines().filter(line -> line.startsWith("+") && !line.startsWith("+++")))
        .containsExactlyElementsOf(Stream.of(lines).map(line -> "+" + line).toList());
  }
}
