package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.standalone.ServerSettings.Service;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The second task in an environment finds what the first has prepared; an edit or a reset does not.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CacheSystemTest {
  /** Another answer each time that it runs. */
  private static final String SETUP = "date +%s%N > /root/prepared";

  private static final String AGENT = "echo prepared $(cat /root/prepared)";

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @BeforeAll
  void start() {
    errand = Deployment.start();
    repository = errand.repository();
  }

  @AfterAll
  void end() {
    repository.delete();
    errand.close();
  }

  private String logOf(String environment) {
    CommandResult submission = errand.errand("cloud", "exec", "--env", environment, AGENT);
    String task = Deployment.taskOf(submission.succeeded());
    assertThat(errand.awaitEnd(task).path("state").asText()).isEqualTo("ready");
    return errand.errand("cloud", "logs", task).succeeded().out();
  }

  private static String prepared(String log) {
    return log.lines().filter(line -> line.startsWith("prepared ")).findFirst().orElseThrow();
  }

  @Test
  void theSecondTaskIsAHitAlsoWhenTheProvisionerWasKilledMeanwhile() {
    errand.applyEnvironment("warm", repository.url(), SETUP);
    String first = logOf("warm");
    String second = logOf("warm");
    errand.kill(Service.PROVISIONER);
    errand.restart(Service.PROVISIONER);
    String third = logOf("warm");

    assertThat(first).contains("miss: nothing has been prepared");
    assertThat(second).contains("hit: starts from the snapshot").doesNotContain("miss: ");
    assertThat(third).contains("hit: starts from the snapshot");
    assertThat(List.of(prepared(second), prepared(third))).containsOnly(prepared(first));
  }

  @Test
  void whatIsEditedOrResetIsPreparedAnew() {
    errand.applyEnvironment("edited", repository.url(), SETUP);
    List<String> logs = new ArrayList<>(List.of(logOf("edited")));
    errand.applyEnvironment("edited", repository.url(), SETUP + "; true");
    logs.add(logOf("edited"));
    errand.errand("env", "reset", "edited").succeeded();
    logs.add(logOf("edited"));

    assertThat(logs.get(1)).containsPattern("miss: changed since .*: setup script");
    assertThat(logs.get(2)).containsPattern("miss: changed since .*: reset");
    assertThat(logs.stream().map(CacheSystemTest::prepared)).doesNotHaveDuplicates();
  }

  @Test
  void attemptsThatComeTogetherAreSetUpOnce() {
    errand.applyEnvironment("crowd", repository.url(), "sleep 2; " + SETUP);
    CommandResult submission =
        errand.errand("cloud", "exec", "--env", "crowd", "--attempts", "3", AGENT + " > p.txt");
    String task = Deployment.taskOf(submission.succeeded());
    errand.awaitEnd(task);

    List<String> diffs = new ArrayList<>();
    for (int attempt = 1; attempt <= 3; attempt++) {
      diffs.add(errand.errand("cloud", "diff", task + "-" + attempt).succeeded().out());
    }
    assertThat(diffs).allMatch(diff -> diff.contains("+prepared ")).containsOnly(diffs.getFirst());
  }
}
