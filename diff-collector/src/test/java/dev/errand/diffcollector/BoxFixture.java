package dev.errand.diffcollector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.sandbox.Box;
import dev.errand.sandbox.BoxSession;
import dev.errand.sandbox.BoxSpec;
import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.BoxesSettings;
import dev.errand.sandbox.Engine;
import dev.errand.sandbox.EngineSettings;
import dev.errand.sandbox.PhaseResult;
import dev.errand.sandbox.PhaseSpec;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.Event;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.TaskId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** A real engine with boxes that are prepared as the provisioner leaves them. */
final class BoxFixture implements AutoCloseable {
  static final NodeName NODE = new NodeName("test");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Path root;
  private final Engine engine;
  private final List<Box> made = new ArrayList<>();
  private final Random random = new Random();
  private final Boxes boxes;

  BoxFixture() throws IOException {
    root = Files.createTempDirectory(Path.of("/tmp"), "eb"); // short: sockets' paths have 107 bytes
    engine = Engine.connect(EngineSettings.of(System.getenv()));
    boxes = new Boxes(engine, BoxesSettings.of("diff-collector-test", NODE, root));
  }

  Boxes boxes() {
    return boxes;
  }

  /** A claimed box with the mirror's commit checked out, in which the agent has worked. */
  Event.AgentExecuted executed(Path mirror, CommitSha commit, String agent)
      throws InterruptedException {
    EnvironmentSpec environment = environment();
    String id =
        random.ints(12, 0, 36).mapToObj(i -> Integer.toString(i, 36)).reduce("", String::concat);
    TaskSpec spec =
        new TaskSpec(
            TaskId.at(NOW, random),
            new Owner("tester"),
            agent,
            environment,
            new RefName("main"),
            commit,
            1,
            Map.of(),
            NOW);
    RunId run = spec.task().attempt(1).run(1, 1);
    Box box =
        boxes.create(
            new BoxSpec(
                new BoxId(id),
                environment.image(),
                environment.limits(),
                environment.id(),
                "",
                List.of(new BoxSpec.ReadOnlyMount(mirror, "/errand/mirror.git"))));
    made.add(box);
    boxes.claim(box, run);
    phase(
        run,
        PhaseSpec.Kind.CHECKOUT,
        "git config --global safe.directory '*'; rmdir /workspace/web;"
            + " git clone -q --shared -n /errand/mirror.git /workspace/web && cd /workspace/web"
            + " && git checkout -q "
            + commit);
    int exitCode = phase(run, PhaseSpec.Kind.AGENT, agent);
    return new Event.AgentExecuted(run, NODE, box.id(), spec, exitCode, List.of());
  }

  private int phase(RunId run, PhaseSpec.Kind kind, String script) throws InterruptedException {
    var output = new StringBuilder();
    try (BoxSession session = boxes.open(boxes.find(run).orElseThrow())) {
      var phase =
          new PhaseSpec(
              kind.name().toLowerCase(Locale.ROOT),
              kind,
              script,
              "/workspace/web",
              Map.of(),
              Map.of(),
              null,
              Duration.ofSeconds(60));
      PhaseResult result =
          session.run(
              phase, (offset, data) -> output.append(new String(data, StandardCharsets.UTF_8)));
      if (kind == PhaseSpec.Kind.CHECKOUT) {
        assertThat(result.exitCode()).as(output.toString()).isZero();
      }
      return result.exitCode();
    }
  }

  private static EnvironmentSpec environment() {
    return new EnvironmentSpec(
        new EnvironmentId("web"),
        1,
        1,
        null,
        new RepositoryUrl("https://example.com/acme/web.git"),
        null,
        EnvironmentSpec.DEFAULT_IMAGE,
        Map.of("node", "18"),
        "",
        "",
        "",
        Map.of("GREETING", "hello"),
        List.of(),
        List.of(),
        new EnvironmentSpec.Internet(EnvironmentSpec.Preset.OFF, List.of(), List.of()),
        EnvironmentSpec.AgentKind.COMMAND,
        new EnvironmentSpec.Limits(
            1, 512L << 20, 1L << 30, Duration.ofMinutes(1), Duration.ofMinutes(1)));
  }

  @Override
  public void close() throws IOException {
    made.forEach(boxes::remove);
    boxes.close();
    engine.close();
    try (var left = Files.walk(root)) {
      for (Path path : left.sorted((one, other) -> other.compareTo(one)).toList()) {
        Files.delete(path);
      }
    }
    assertThat(root).doesNotExist();
  }
}
