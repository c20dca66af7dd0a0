package dev.errand.agentrunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.errand.artifacts.DiskReserve;
import dev.errand.artifacts.FileArtifactStore;
import dev.errand.egress.AddressRules;
import dev.errand.egress.EgressProxy;
import dev.errand.egress.EgressSettings;
import dev.errand.sandbox.BoxFixture;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.EnvironmentSpec.Preset;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.FailureCode;
import dev.errand.stage.TestLease;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RunAgentStageDockerTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final long MEMORY = 256L << 20;

  private static BoxFixture fixture;
  private static EgressProxy proxy;

  @TempDir private Path folder;
  private TestLease lease;
  private FileArtifactStore artifacts;

  @BeforeAll
  static void connect() throws IOException {
    fixture = new BoxFixture();
    proxy = new EgressProxy(settings(EgressSettings.class), new LoopbackIsOutside());
  }

  @AfterAll
  static void disconnect() throws IOException {
    proxy.close();
    fixture.close();
  }

  @BeforeEach
  void openStore() throws IOException {
    artifacts = new FileArtifactStore(folder.resolve("artifacts"), DiskReserve.of(folder, 0));
    lease = new TestLease(folder.resolve("journal"));
  }

  @AfterEach
  void leaveNoSocket() {
    assertThat(fixture.boxes().all())
        .allSatisfy(
            box -> assertThat(fixture.boxes().socket(box, "agent.sock").toFile()).doesNotExist());
  }

  @Test
  void runsThePromptInTheRepositorysFolder() throws Exception {
    Event.AgentExecuted executed =
        run("pwd; echo $GREETING $CODEX_ENV_NODE_VERSION; echo to stderr >&2", Preset.OFF);

    assertThat(executed.exitCode()).isZero();
    assertThat(log(executed)).isEqualTo("/workspace/web\nhello 18\nto stderr\n");
    assertThat(lease.live()).isEqualTo(log(executed));
    assertThat(lease.recorded()).isEqualTo(executed.logs());
  }

  @Test
  void anAgentThatFailsHasExecuted() throws Exception {
    Event.AgentExecuted executed = run("echo broken; exit 3", Preset.OFF);

    assertThat(executed.exitCode()).isEqualTo(3);
  }

  @Test
  void keepsWhatIsNotUtf8() throws Exception {
    Event.AgentExecuted executed = run("printf 'a\\377b\\n'", Preset.OFF);

    try (var gzip =
        new GZIPInputStream(artifacts.open(executed.logs().getLast().digest()).orElseThrow())) {
      assertThat(gzip.readAllBytes()).containsExactly('a', 0xff, 'b', '\n');
    }
  }

  @Test
  void anAgentThatIgnoresTermIsTimedOut() throws InterruptedException {
    Event.EnvironmentPrepared fact =
        fixture.prepared(
            "trap '' TERM; echo working; while true; do sleep 1; done",
            BoxFixture.environment(Preset.OFF, BoxFixture.limits(MEMORY, Duration.ofSeconds(2))));

    assertThatThrownBy(() -> stage().process(fact, lease))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> {
              assertThat(e.code()).isEqualTo(FailureCode.AGENT_TIMED_OUT);
              assertThat(e.failure().lastLines()).contains("working");
            });
    assertThat(lease.recorded()).hasSize(1);
  }

  @Test
  void saysThatTheMemoryIsUsedUp() {
    assertThatThrownBy(
            () -> run("python3 -c \"x = bytearray(1 << 30); print(len(x))\"", Preset.OFF))
        .isInstanceOfSatisfying(
            ErrandException.class, e -> assertThat(e.code()).isEqualTo(FailureCode.OUT_OF_MEMORY));
  }

  @Test
  void anotherWatcherJoinsTheAgentThatRuns() throws Exception {
    Event.EnvironmentPrepared fact =
        fixture.prepared(
            "echo once >> /tmp/runs; echo first; sleep 4; echo last",
            BoxFixture.environment(Preset.OFF, BoxFixture.limits(MEMORY, MINUTE)));
    var interrupted = new CompletableFuture<Void>();
    Thread first =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    stage().process(fact, lease);
                    interrupted.complete(null);
                  } catch (InterruptedException e) {
                    interrupted.completeExceptionally(e);
                  }
                });
    await().atMost(MINUTE).until(() -> lease.live().contains("first"));
    first.interrupt();
    assertThatThrownBy(interrupted::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);

    Event.AgentExecuted executed = stage().process(fact, lease);
    Event.AgentExecuted again = stage().process(fact, lease);

    assertThat(log(executed)).isEqualTo("first\nlast\n");
    assertThat(again).isEqualTo(executed);
    assertThat(fixture.look(fact.run(), "cat /tmp/runs")).isEqualTo("once\n");
  }

  @Test
  void anOffPhaseReachesNothingAndSaysWhy() throws Exception {
    Event.AgentExecuted executed =
        run(
            "for i in 1 2 3; do curl -sS http://example.com/; done; curl -s http://1.1.1.1/",
            Preset.OFF);

    assertThat(log(executed)).contains("example.com:80 was refused by rule internet-off");
    assertThat(lease.told())
        .contains(
            new Event.Progress.Denied("example.com", 80, "internet-off", 1),
            new Event.Progress.Denied("example.com", 80, "internet-off", 3));
  }

  @Test
  void allLetsTheAgentOut() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 3);
          exchange.getResponseBody().write("out".getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    server.start();
    try {
      String url = "http://localhost:" + server.getAddress().getPort();
      Event.AgentExecuted executed =
          run(
              "curl -sS --noproxy '' %s; curl -sS -m 5 --noproxy '*' %s".formatted(url, url),
              Preset.ALL);

      assertThat(log(executed)).startsWith("outcurl: ");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aBoxThatIsGoneIsLost() throws InterruptedException {
    Event.EnvironmentPrepared fact =
        fixture.prepared(
            "true", BoxFixture.environment(Preset.OFF, BoxFixture.limits(MEMORY, MINUTE)));
    fixture.boxes().remove(fixture.boxes().find(fact.run()).orElseThrow());

    assertThatThrownBy(() -> stage().process(fact, lease))
        .isInstanceOfSatisfying(
            ErrandException.class, e -> assertThat(e.code()).isEqualTo(FailureCode.BOX_LOST));
  }

  private Event.AgentExecuted run(String prompt, Preset internet) throws InterruptedException {
    EnvironmentSpec environment =
        BoxFixture.environment(internet, BoxFixture.limits(MEMORY, MINUTE));
    return stage().process(fixture.prepared(prompt, environment), lease);
  }

  private RunAgentStage stage() {
    return new RunAgentStage(
        fixture.boxes(), proxy, artifacts, settings(AgentRunnerSettings.class));
  }

  private String log(Event.AgentExecuted executed) throws IOException {
    List<Event.LogArtifact> logs = executed.logs();
    try (var gzip = new GZIPInputStream(artifacts.open(logs.getLast().digest()).orElseThrow())) {
      return new String(gzip.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static <T> T settings(Class<T> mapping) {
    return new SmallRyeConfigBuilder().withMapping(mapping).build().getConfigMapping(mapping);
  }

  private static final class LoopbackIsOutside implements AddressRules {
    @Override
    public boolean allowsPort(int port) {
      return true;
    }

    @Override
    public boolean allows(InetAddress address) {
      return address.isLoopbackAddress();
    }
  }
}
