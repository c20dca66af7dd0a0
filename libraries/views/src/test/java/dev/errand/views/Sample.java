package dev.errand.views;

import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.Event;
import dev.errand.schemas.Event.LogArtifact;
import dev.errand.schemas.Event.Outcome;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Held;
import dev.errand.schemas.Patch;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.ids.TaskId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Facts to test with: one task's whole life, in any shape. */
public final class Sample {
  public static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  public static final Owner ALICE = new Owner("alice");
  public static final NodeName LOCAL = new NodeName("local");
  public static final BoxId BOX = new BoxId("abcdefghijkl");
  public static final CommitSha COMMIT = new CommitSha("0123456789abcdef0123456789abcdef01234567");
  public static final StageName AGENT = new StageName("run-agent");

  private Sample() {}

  public static TaskId task(int seed) {
    return TaskId.at(NOW.plusSeconds(seed), new SplittableRandom(seed));
  }

  public static EnvironmentSpec environment(String id) {
    return new EnvironmentSpec(
        new EnvironmentId(id),
        1,
        1,
        null,
        new RepositoryUrl("https://example.com/acme/web"),
        null,
        EnvironmentSpec.DEFAULT_IMAGE,
        Map.of(),
        EnvironmentSpec.AUTO,
        "",
        "",
        Map.of("CI", "1"),
        List.of(),
        List.of(),
        new EnvironmentSpec.Internet(EnvironmentSpec.Preset.OFF, List.of(), List.of()),
        EnvironmentSpec.AgentKind.COMMAND,
        EnvironmentSpec.Limits.DEFAULT);
  }

  public static EnvironmentSpec withSetup(EnvironmentSpec spec, String setup) {
    return new EnvironmentSpec(
        spec.id(),
        spec.version(),
        spec.generation(),
        spec.label(),
        spec.repository(),
        spec.branch(),
        spec.image(),
        spec.pins(),
        setup,
        spec.maintenance(),
        spec.verify(),
        spec.variables(),
        spec.secrets(),
        spec.trustedRefs(),
        spec.internet(),
        spec.agent(),
        spec.limits());
  }

  public static TaskSpec spec(TaskId task, Owner owner, String environment, int attempts) {
    return new TaskSpec(
        task,
        owner,
        "Fix the build\nand say why",
        environment(environment),
        new RefName("main"),
        COMMIT,
        attempts,
        Map.of(),
        NOW);
  }

  public static TaskSpec spec(TaskId task, int attempts) {
    return spec(task, ALICE, "web", attempts);
  }

  public static Event.TaskAdmitted admitted(TaskId task, int attempts) {
    return new Event.TaskAdmitted(spec(task, attempts));
  }

  public static Event.TaskRejected rejected(TaskId task) {
    return new Event.TaskRejected(
        task,
        ALICE,
        new EnvironmentId("nowhere"),
        "Fix it",
        Failure.of(FailureCode.ENVIRONMENT_UNKNOWN, "There is no environment nowhere."));
  }

  public static Event.AttemptSubmitted submitted(RunId run, int attempts) {
    TaskSpec spec = spec(run.task(), attempts);
    return new Event.AttemptSubmitted(run, null, Turn.first(spec.prompt()), spec);
  }

  /** A message that goes on from 5 bytes of diff. */
  public static Event.TurnRequested asked(RunId firstOfTurn, String idempotencyKey) {
    Turn turn = new Turn("And now the tests", patch(5, null), LOCAL, false);
    return new Event.TurnRequested(firstOfTurn, turn, ALICE, idempotencyKey);
  }

  public static Event.AttemptPlaced placed(RunId run) {
    return new Event.AttemptPlaced(run, LOCAL);
  }

  public static Event.ContainerCreated created(RunId run) {
    return new Event.ContainerCreated(
        run, LOCAL, BOX, Turn.first("Fix the build"), spec(run.task(), 1));
  }

  public static Event.RepositoryCheckedOut checkedOut(RunId run) {
    return new Event.RepositoryCheckedOut(
        run, LOCAL, BOX, Turn.first("Fix the build"), spec(run.task(), 1), COMMIT);
  }

  public static Event.EnvironmentPrepared prepared(RunId run) {
    return new Event.EnvironmentPrepared(
        run, LOCAL, BOX, "Fix the build", spec(run.task(), 1), List.of(log("set-up", 10)));
  }

  public static Event.AgentExecuted executed(RunId run) {
    return new Event.AgentExecuted(
        run, LOCAL, BOX, spec(run.task(), 1), 0, List.of(log("run-agent", 20)));
  }

  public static Event.AttemptProgressed started(RunId run, StageName stage) {
    return new Event.AttemptProgressed(run, LOCAL, stage, new Event.Progress.Started());
  }

  public static Event.AttemptEnded ended(RunId run, Outcome outcome) {
    return new Event.AttemptEnded(run, LOCAL, AGENT, outcome, List.of(log("run-agent", 20)));
  }

  public static Outcome presented(long bytes) {
    return new Outcome.Presented(patch(bytes, "diff --git a/x b/x\n"));
  }

  public static Outcome failed(FailureCode code) {
    return new Outcome.Failed(Failure.of(code, "It went wrong."), null);
  }

  public static Outcome cancelled() {
    return new Outcome.Cancelled(ALICE);
  }

  public static Patch patch(long bytes, @Nullable String inline) {
    return new Patch(COMMIT, digest(1), bytes, bytes == 0 ? 0 : 1, 3, 2, inline);
  }

  public static LogArtifact log(String stage, long bytes) {
    return new LogArtifact(new StageName(stage), digest(bytes), bytes, false);
  }

  public static Digest digest(long seed) {
    return new Digest("%064x".formatted(seed));
  }

  public static Event.NodeReported heartbeat(NodeName node, String service) {
    return heartbeat(node, service, List.of());
  }

  public static Event.NodeReported heartbeat(NodeName node, String service, List<Held> held) {
    return new Event.NodeReported(node, service, NOW, 4, 3, held, null, null);
  }
}
