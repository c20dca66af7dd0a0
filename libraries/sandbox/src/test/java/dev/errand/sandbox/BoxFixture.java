package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.Event;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.RunId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs with real boxes, as the stages before leave them for the one that is tried. */
public final class BoxFixture implements AutoCloseable {
  private static final NodeName NODE = new NodeName("local");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Lab lab = new Lab();

  public Boxes boxes() {
    return lab.boxes();
  }

  /** A claimed box with an empty repository folder. */
  public Event.EnvironmentPrepared prepared(String prompt, EnvironmentSpec environment) {
    RunId run = Lab.runId();
    Box box = claimed(run, environment, List.of());
    TaskSpec spec = task(run, prompt, environment, new CommitSha("0".repeat(40)));
    return new Event.EnvironmentPrepared(run, NODE, box.id(), prompt, spec, List.of());
  }

  /** A claimed box with the mirror's commit checked out, in which the agent has worked. */
  public Event.AgentExecuted executed(Path mirror, CommitSha commit, String agent)
      throws InterruptedException {
    RunId run = Lab.runId();
    EnvironmentSpec environment =
        environment(EnvironmentSpec.Preset.OFF, limits(512L << 20, Duration.ofMinutes(1)));
    Box box =
        claimed(run, environment, List.of(new BoxSpec.ReadOnlyMount(mirror, "/errand/mirror.git")));
    Lab.Ended checkout =
        work(
            box,
            PhaseSpec.Kind.CHECKOUT,
            "git config --global safe.directory '*'; rmdir /workspace/web;"
                + " git clone -q --shared -n /errand/mirror.git /workspace/web"
                + " && cd /workspace/web && git checkout -q "
                + commit);
    assertThat(checkout.exitCode()).as(checkout.output()).isZero();
    int exitCode = work(box, PhaseSpec.Kind.AGENT, agent).exitCode();
    TaskSpec spec = task(run, agent, environment, commit);
    return new Event.AgentExecuted(run, NODE, box.id(), spec, exitCode, List.of());
  }

  /** What a phase after the agent's finds. */
  public String look(RunId run, String script) throws InterruptedException {
    return lab.run(lab.boxes().find(run).orElseThrow(), PhaseSpec.Kind.VERIFY, script).output();
  }

  private Box claimed(RunId run, EnvironmentSpec environment, List<BoxSpec.ReadOnlyMount> mounts) {
    Box box =
        boxes()
            .create(
                new BoxSpec(
                    Lab.boxId(),
                    environment.image(),
                    environment.limits(),
                    environment.id(),
                    null,
                    mounts));
    return boxes().claim(box, run);
  }

  private Lab.Ended work(Box box, PhaseSpec.Kind kind, String script) throws InterruptedException {
    return lab.run(
        box,
        new PhaseSpec(
            kind.name().toLowerCase(Locale.ROOT),
            kind,
            script,
            "/workspace/web",
            Map.of(),
            Map.of(),
            null,
            Duration.ofSeconds(60)));
  }

  private static TaskSpec task(
      RunId run, String prompt, EnvironmentSpec environment, CommitSha commit) {
    return new TaskSpec(
        run.task(),
        new Owner("tester"),
        prompt,
        environment,
        new RefName("main"),
        commit,
        1,
        Map.of(),
        NOW);
  }

  public static EnvironmentSpec environment(
      EnvironmentSpec.Preset internet, EnvironmentSpec.Limits limits) {
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
        new EnvironmentSpec.Internet(internet, List.of(), List.of()),
        EnvironmentSpec.AgentKind.COMMAND,
        limits);
  }

  public static EnvironmentSpec.Limits limits(long memoryBytes, Duration agent) {
    return new EnvironmentSpec.Limits(1, memoryBytes, 2L << 30, Duration.ofMinutes(1), agent);
  }

  @Override
  public void close() {
    lab.close();
  }
}
