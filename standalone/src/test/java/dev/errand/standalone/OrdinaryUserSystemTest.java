package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A server that is not root's but of a user who may use the engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OrdinaryUserSystemTest {
  private final AsOrdinaryUser user = new AsOrdinaryUser();

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @BeforeAll
  void start() {
    errand = Deployment.start(Map.of(), user);
  }

  @AfterAll
  void end() {
    errand.close();
  }

  @Test
  void anOrdinaryUsersServerMakesADiffAndTheDoctorIsContent() {
    ScratchRepository repository = ScratchRepository.withReadme();
    user.give(repository.folder());
    errand.applyEnvironment("ours", repository.url(), "id -u > /root/set-up");

    CommandResult submission =
        errand.errand(
            "cloud",
            "exec",
            "--env",
            "ours",
            "git log --format=%s > said; cat /root/set-up >> said; sed -i s/foo/bar/ README.md");
    String task = Deployment.taskOf(submission.succeeded());
    JsonNode end = errand.awaitEnd(task);

    assertThat(end.path("state").asText()).as(end.toPrettyString()).isEqualTo("ready");
    assertThat(errand.tasks().diff(task)).contains("+# bar", "+Say foo\n+0\n");
    assertThat(doctor().succeeded().out()).contains("ok   server", "ok   box disks");
    repository.delete();
  }

  private CommandResult doctor() {
    Map<String, String> environment = new HashMap<>(user.environment());
    environment.put("ERRAND_DATA", errand.data().toString());
    String java = Deployment.JAVA.toString();
    List<String> command = List.of(java, "-jar", Deployment.SERVER.toString(), "doctor");
    return CommandResult.of(user.started(command), errand.data(), "", environment);
  }
}
