package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.standalone.ServerSettings.Service;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A task is handed over, read, told what is missing, and applied with the work of both turns. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FollowUpSystemTest {
  /** Longer than any restart takes; what a turn that fails was in is not kept at all. */
  private static final String KEEP = "PT1H";

  private static final String SETUP = "echo prepared > /root/prepared";

  @SuppressWarnings("NullAway.Init")
  private Deployment keeping;

  @SuppressWarnings("NullAway.Init")
  private Deployment fresh;

  @BeforeAll
  void start() {
    keeping = Deployment.start(Map.of("errand.provisioner.keep", KEEP));
    fresh = Deployment.start();
  }

  @AfterAll
  void end() {
    keeping.close();
    fresh.close();
  }

  /** Hands over the first turn and waits for it. */
  private static String handOver(Deployment errand, ScratchRepository repository, String prompt) {
    errand.applyEnvironment("talk", repository.url(), SETUP);
    CommandResult submission = errand.errand("cloud", "exec", "--env", "talk", prompt);
    String task = Deployment.taskOf(submission.succeeded());
    assertThat(errand.awaitEnd(task).path("state").asText()).isEqualTo("ready");
    return task;
  }

  private static String goOn(Deployment errand, String task, String prompt) {
    String said = errand.errand("cloud", "message", "--wait", task, prompt).succeeded().out();
    assertThat(said).startsWith("attempt 1 goes on with turn ");
    return errand.errand("cloud", "logs", task).succeeded().out();
  }

  private static void assertApplies(Deployment errand, ScratchRepository repository, String task) {
    assertThat(errand.errand("cloud", "diff", task).succeeded().out())
        .contains("-# foo", "+# baz", "+second");
    errand.errandWith("", repository.folder(), "apply", task).succeeded();
    assertThat(repository.read("README.md")).startsWith("# baz");
    assertThat(repository.read("second.txt")).isEqualTo("second\n");
  }

  @Test
  void theNextTurnIsInTheAttemptsOwnContainerAlsoWhenTheProvisionerWasKilled() {
    ScratchRepository repository = keeping.repository();
    String first = "sed -i s/foo/bar/ README.md; echo installed > /root/tool";
    String task = handOver(keeping, repository, first);
    keeping.kill(Service.PROVISIONER);
    keeping.restart(Service.PROVISIONER);

    String log =
        goOn(
            keeping, task, "cat /root/tool; sed -i s/bar/baz/ README.md; echo second > second.txt");

    assertThat(log).contains("kept: goes on", "installed").doesNotContain("hit: ", "miss: ");
    assertApplies(keeping, repository, task);
    keeping.errand("cloud", "message", "--wait", task, "exit 1").exited(1);
    repository.delete();
  }

  @Test
  void aFreshContainerHasTheDiffOfAllTurnsBefore() {
    ScratchRepository repository = fresh.repository();
    String task =
        handOver(fresh, repository, "sed -i s/foo/bar/ README.md; echo installed > /root/tool");

    String second =
        goOn(
            fresh,
            task,
            "ls /root/tool || true; cat /root/prepared; grep bar README.md; echo second >"
                + " second.txt");
    String third = goOn(fresh, task, "cat second.txt; sed -i s/bar/baz/ README.md");

    assertThat(second)
        .contains("hit: ", "goes on from the diff of turn 1", "prepared", "# bar")
        .contains("cannot access '/root/tool'");
    assertThat(third).contains("goes on from the diff of turn 2", "second");
    assertApplies(fresh, repository, task);
    JsonNode attempt = fresh.tasks().task(task).path("attempts").path(0);
    assertThat(attempt.path("turn").asInt()).isEqualTo(3);
    assertThat(attempt.path("message").asText()).startsWith("cat second.txt");
    repository.delete();
  }

  @Test
  void aTurnThatFailsLosesNothingOfTheOneBefore() {
    ScratchRepository repository = fresh.repository();
    String task = handOver(fresh, repository, "sed -i s/foo/bar/ README.md");

    int exit =
        fresh.errand("cloud", "message", "--wait", task, "rm -rf \"$PWD\"; exit 3").exitCode();
    String log = goOn(fresh, task, "sed -i s/bar/baz/ README.md; echo second > second.txt");

    assertThat(exit).isEqualTo(1);
    assertThat(log).contains("goes on from the diff of turn 2");
    assertApplies(fresh, repository, task);
    repository.delete();
  }
}
