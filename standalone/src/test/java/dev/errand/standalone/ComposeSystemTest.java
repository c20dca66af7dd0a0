package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Ports;
import dev.errand.stage.StageHost.Step;
import dev.errand.standalone.ServerSettings.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * docker-compose.yml as it is: what its containers may do, and SIGKILL to the broker and each
 * service while attempts stand in every stage.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ComposeSystemTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Set<Service> WORKERS =
      Set.of(Service.PROVISIONER, Service.AGENT_RUNNER, Service.DIFF_COLLECTOR);
  private static final List<Step> STEPS =
      Stream.of(Step.values()).filter(step -> step != Step.RENEWING).toList();
  private static final String SOCKET = "/var/run/docker.sock";

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @BeforeAll
  void start() {
    errand =
        Deployment.start(
            Map.of("errand.server.hold-points", "true", "errand.provisioner.permits", "60"));
    repository = errand.repository();
    errand.applyEnvironment("counted", repository.url(), CountedTask.SETUP, "5m");
  }

  @AfterAll
  void end() {
    repository.delete();
    errand.close();
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void aContainerMayDoLittle(Service service) {
    InspectContainerResponse container = errand.containers().inspect(service);
    HostConfig limits = container.getHostConfig();

    assertThat(limits.getPrivileged()).isFalse();
    assertThat(limits.getCapAdd()).isNullOrEmpty();
    assertThat(Stream.of(Objects.requireNonNull(limits.getCapDrop())).map(Object::toString))
        .containsExactly("ALL");
    assertThat(limits.getSecurityOpts()).contains("no-new-privileges:true");
    assertThat(limits.getReadonlyRootfs()).isTrue();
    assertThat(limits.getMemory()).isBetween(128L << 20, 1L << 30);
    assertThat(limits.getPidsLimit()).isPositive();
    assertThat(limits.getRestartPolicy().getName()).isEqualTo("always");
    boolean socket = Stream.of(limits.getBinds()).anyMatch(it -> it.toString().contains(SOCKET));
    assertThat(socket).as("has the engine").isEqualTo(WORKERS.contains(service));
  }

  @Test
  void onlyTheFrontDoorIsPublishedAndOnlyToThisMachine() {
    Map<Service, List<String>> published = new HashMap<>();
    for (Service service : Service.values()) {
      List<String> ports = new ArrayList<>();
      var container = errand.containers().inspect(service);
      for (Ports.Binding[] bindings :
          container.getNetworkSettings().getPorts().getBindings().values()) {
        Stream.of(bindings == null ? new Ports.Binding[0] : bindings)
            .map(Ports.Binding::toString)
            .forEach(ports::add);
      }
      if (!ports.isEmpty()) {
        published.put(service, ports);
      }
    }
    assertThat(published)
        .isEqualTo(Map.of(Service.INGEST, List.of("127.0.0.1:" + errand.httpPort())));
  }

  @Test
  void whatIsInFlightWhenTheBrokerAndEachServiceAreKilledRunsOnce() {
    long seed = Long.getLong("errand.seed", new Random().nextLong());
    List<KillPoint> round = onePointOfEachStage(new Random(seed));
    System.out.printf("Points, seed %d: %s%n", seed, round);
    Map<KillPoint, Set<String>> killed;
    Traffic traffic = new Traffic(errand.tasks(), "counted", CountedTask.AGENT, 1, 1);
    traffic.start();
    try {
      await("traffic").atMost(PATIENCE).until(() -> !traffic.inFlight().isEmpty());
      killed =
          new KillPoints(errand, List.of(round), List.of(EnumSet.allOf(Service.class)))
              .run(traffic);
    } finally {
      traffic.close();
    }
    errand.awaitReady();
    Map<String, JsonNode> ended = new HashMap<>(traffic.ended());
    traffic.inFlight().forEach(task -> ended.put(task, errand.awaitEnd(task)));

    assertThat(killed.keySet()).containsExactlyInAnyOrderElementsOf(round);
    ended.forEach((id, task) -> new CountedTask(id, task).assertRanOnce(errand.tasks()));
    assertThat(ended.keySet())
        .hasSizeGreaterThan(round.size())
        .containsAll(killed.values().stream().flatMap(Set::stream).toList());
  }

  /** RENEWING, which takes a third of a lock to come to, is for the tests without containers. */
  private static List<KillPoint> onePointOfEachStage(Random random) {
    return Stream.of(KillPoint.Stage.values())
        .map(stage -> new KillPoint(stage, STEPS.get(random.nextInt(STEPS.size()))))
        .toList();
  }

  /** Whoever kills by the engine means it; what dies by itself is to come back by itself. */
  @Test
  void aServiceThatDiesIsStartedAgain() {
    ProcessHandle died = Objects.requireNonNull(errand.servers().get(Service.DIFF_COLLECTOR));

    died.destroyForcibly();

    await("the engine to start it again")
        .atMost(PATIENCE)
        .until(
            () ->
                errand.containers().inspect(Service.DIFF_COLLECTOR).getRestartCount() > 0
                    && errand.containers().isAlive(Service.DIFF_COLLECTOR));
  }

  /** The first lines start and look at what runs already; the last one would end it. */
  @Test
  void theReadmesLinesDoWhatTheySay() {
    String block =
        Markdown.read("README.md").blocks("sh").stream()
            .filter(shell -> shell.contains("docker-compose up -d"))
            .findFirst()
            .orElseThrow();
    String lines =
        block
            .lines()
            .filter(line -> !line.startsWith("make ") && !line.startsWith("export "))
            .filter(line -> !line.startsWith("docker-compose down"))
            .collect(Collectors.joining("\n"));

    CommandResult done =
        CommandResult.of(
                List.of("bash", "-euo", "pipefail", "-c", lines),
                SourceTree.ROOT,
                "",
                errand.containers().environment())
            .succeeded();

    assertThat(done.out()).contains("Up (healthy)").doesNotContain("unhealthy");
  }
}
