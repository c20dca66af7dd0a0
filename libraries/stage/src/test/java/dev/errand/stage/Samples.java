package dev.errand.stage;

import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.EnvironmentSpec.AgentKind;
import dev.errand.schemas.EnvironmentSpec.Internet;
import dev.errand.schemas.EnvironmentSpec.Limits;
import dev.errand.schemas.EnvironmentSpec.Preset;
import dev.errand.schemas.Event;
import dev.errand.schemas.Patch;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.TaskId;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Facts to work on. */
final class Samples {
  static final NodeName NODE = new NodeName("local");

  private Samples() {}

  static RunId run() {
    return TaskId.at(InstantSource.system().instant(), new SecureRandom()).attempt(1).run(1, 1);
  }

  static Event.AttemptSubmitted submitted(RunId run, String prompt) {
    return new Event.AttemptSubmitted(run, null, Turn.first(prompt), spec(run.task(), prompt));
  }

  static Event.AttemptEnded presented(RunId run) {
    return new Event.AttemptEnded(run, NODE, null, new Event.Outcome.Presented(patch()), List.of());
  }

  static Event.AttemptEnded cancelled(RunId run) {
    return new Event.AttemptEnded(
        run, null, null, new Event.Outcome.Cancelled(new Owner("somebody")), List.of());
  }

  static TaskSpec spec(TaskId task, String prompt) {
    return new TaskSpec(
        task,
        new Owner("somebody"),
        prompt,
        environment(),
        new RefName("main"),
        new CommitSha("a".repeat(40)),
        1,
        Map.of(),
        Instant.EPOCH);
  }

  private static EnvironmentSpec environment() {
    return new EnvironmentSpec(
        new EnvironmentId("web"),
        1,
        1,
        null,
        new RepositoryUrl("https://example.org/acme/web.git"),
        null,
        EnvironmentSpec.DEFAULT_IMAGE,
        Map.of(),
        "",
        "",
        "",
        Map.of(),
        List.of(),
        List.of(),
        new Internet(Preset.OFF, List.of(), List.of()),
        AgentKind.COMMAND,
        Limits.DEFAULT);
  }

  private static Patch patch() {
    return new Patch(new CommitSha("a".repeat(40)), new Digest("b".repeat(64)), 1, 1, 1, 0, "x");
  }
}
