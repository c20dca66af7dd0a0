package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.standalone.ServerSettings.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A real repository in, an applied patch out, by the processes that the mode names. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PipelineSystemTest {
  private static final long MIB = 1L << 20;

  /** limits.disk of a deployment's environments. */
  private static final long LIMIT = 1024 * MIB;

  /** Other programs write as well; unlimited, the task would have taken 12 GiB. */
  private static final long NOISE = 1024 * MIB;

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @BeforeAll
  void start() {
    errand = Deployment.start();
  }

  @AfterAll
  void end() {
    errand.close();
  }

  @Test
  void eachServiceHasTheProcessThatTheModeGivesIt() throws IOException {
    Map<Service, ProcessHandle> servers = errand.servers();

    assertThat(Set.copyOf(servers.values())).hasSize(errand.mode().processes().size());
    assertThat(listenersOn(errand.kafkaPort())).containsExactly(servers.get(Service.BROKER));
    assertThat(listenersOn(errand.httpPort())).containsExactly(servers.get(Service.INGEST));
    for (Set<Service> together : errand.mode().processes()) {
      assertThat(errand.logOf(together.iterator().next())).contains("Running " + together);
    }
  }

  /** The processes of this deployment that listen on a port. Source: proc_net(5). */
  private List<ProcessHandle> listenersOn(int port) throws IOException {
    String listening = ".*:%04X [0-9A-F]+:0000 0A .*".formatted(port);
    List<ProcessHandle> listeners = new ArrayList<>();
    for (ProcessHandle server : Set.copyOf(errand.servers().values())) {
      Set<String> sockets = new HashSet<>();
      for (String table : List.of("net/tcp", "net/tcp6")) { // of the network that it is in
        Files.readAllLines(Path.of("/proc", Long.toString(server.pid()), table)).stream()
            .filter(line -> line.matches(listening))
            .forEach(line -> sockets.add("socket:[" + line.strip().split(" +")[9] + "]"));
      }
      if (Leftovers.openFilesOf(server).stream().anyMatch(sockets::contains)) {
        listeners.add(server);
      }
    }
    return listeners;
  }

  @Test
  void aTaskBecomesADiffThatApplies() {
    ScratchRepository repository = errand.repository();
    errand.applyEnvironment("happy", repository.url(), "");

    String prompt = "sed -i s/foo/bar/ README.md";
    CommandResult submission =
        errand.errand("cloud", "exec", "--env", "happy", "--branch", "main", prompt);
    String task = Deployment.taskOf(submission.succeeded());
    errand.errand("cloud", "wait", task).succeeded();
    assertThat(errand.errand("cloud", "diff", task).succeeded().out()).contains("-# foo", "+# bar");
    errand.errandWith("", repository.folder(), "apply", task).succeeded();

    assertThat(repository.read("README.md")).startsWith("# bar");
    repository.delete();
  }

  /** What it wrote before the disk was full is in its diff. */
  @Test
  void aTaskThatFillsItsDiskTakesTheLimitAndNothingFromOthers() {
    ScratchRepository repository = errand.repository();
    errand.applyEnvironment("greedy", repository.url(), "", "2m");
    String fill =
        "echo kept > kept.txt; for place in /tmp /root /var/lib .; do"
            + " dd if=/dev/zero of=$place/filled bs=1M count=%d; done".formatted(3 * LIMIT / MIB);
    long free = errand.data().toFile().getUsableSpace();

    PausedTask other = PausedTask.submit(errand, "greedy", "true", "echo mine > mine.txt");
    other.awaitPause();
    PausedTask greedy = PausedTask.submit(errand, "greedy", fill, "df -k /");
    await("a full disk")
        .atMost(Duration.ofMinutes(1))
        .until(() -> errand.tasks().events(greedy.id()).contains("No space left on device"));
    greedy.awaitPause();
    long fallen = free - errand.data().toFile().getUsableSpace();
    other.letGo();
    greedy.letGo();

    assertThat(other.awaitDiff()).contains("+mine");
    assertThat(greedy.awaitDiff()).contains("+kept");
    assertThat(fallen).as("bytes that the host lost").isLessThan(2 * (LIMIT + 64 * MIB) + NOISE);
    repository.delete();
  }
}
