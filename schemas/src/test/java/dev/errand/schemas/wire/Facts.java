package dev.errand.schemas.wire;

import dev.errand.schemas.Data;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.EnvironmentSpec.AgentKind;
import dev.errand.schemas.EnvironmentSpec.Internet;
import dev.errand.schemas.EnvironmentSpec.Limits;
import dev.errand.schemas.EnvironmentSpec.Preset;
import dev.errand.schemas.Event;
import dev.errand.schemas.Event.LogArtifact;
import dev.errand.schemas.Event.Outcome;
import dev.errand.schemas.Event.Progress;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Held;
import dev.errand.schemas.Patch;
import dev.errand.schemas.RecordHeader;
import dev.errand.schemas.SnapshotChange;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Fingerprint;
import dev.errand.schemas.ids.GitPlace;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.SecretName;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.ids.TaskId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One of each fact and of each branch of each sum, with every optional part set and unset. */
final class Facts {
  private static final TaskId TASK = new TaskId("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  private static final RunId RUN = TASK.attempt(2).run(3, 4);
  private static final NodeName NODE = new NodeName("local");
  private static final BoxId BOX = new BoxId("0123456789ab");
  private static final StageName STAGE = new StageName("set-up");
  private static final Owner OWNER = new Owner("ada@example.org");
  private static final Instant AT = Instant.ofEpochMilli(1_790_000_000_123L);
  private static final EnvironmentId WEB = new EnvironmentId("web");
  private static final Digest DIGEST = new Digest("ab".repeat(32));
  private static final CommitSha COMMIT = new CommitSha("0123456789".repeat(4));
  private static final Failure FAILURE =
      new Failure(FailureCode.SETUP_FAILED, "exit code 1", List.of("first", "lást \u0000"));
  private static final Patch PATCH = new Patch(COMMIT, DIGEST, 12, 1, 2, 3, "diff --git a b");
  private static final Patch LARGE = new Patch(COMMIT, DIGEST, 1L << 33, 1, 2, 3, null);
  private static final Turn FIRST = Turn.first("prompt");
  private static final Turn FOLLOW_UP = new Turn("and now this", LARGE, NODE, false);
  private static final Turn IN_KEPT_BOX = new Turn("and now this", PATCH, null, true);
  private static final List<LogArtifact> LOGS =
      List.of(new LogArtifact(STAGE, DIGEST, 1L << 40, true));

  private Facts() {}

  static Stream<Event> all() {
    return Stream.of(tasks(), runs(), platform(), snapshots()).flatMap(facts -> facts);
  }

  private static Stream<Event> tasks() {
    Event.TaskRequested request = request("feature/x");
    return Stream.of(
        request,
        request(null),
        new Event.TaskResolved(request, spec(), null),
        new Event.TaskResolved(request, null, FAILURE),
        new Event.TaskAdmitted(spec()),
        new Event.TaskRejected(TASK, OWNER, WEB, "prompt", FAILURE),
        new Event.TaskCompleted(TASK, 2, 3),
        new Event.CancelRequested(TASK, 0, OWNER),
        new Event.TurnRequested(TASK.attempt(1).run(2, 1), FOLLOW_UP, OWNER, "key"),
        new Event.TurnRequested(TASK.attempt(1).run(2, 1), IN_KEPT_BOX, OWNER, ""));
  }

  private static Stream<Event> runs() {
    Stream<Event> moves =
        Stream.of(
            new Event.AttemptSubmitted(RUN, null, FIRST, spec()),
            new Event.AttemptSubmitted(RUN, NODE, FOLLOW_UP, spec()),
            new Event.AttemptPlaced(RUN, NODE),
            new Event.ContainerCreated(RUN, NODE, BOX, FIRST, spec()),
            new Event.ContainerCreated(RUN, NODE, BOX, IN_KEPT_BOX, spec()),
            new Event.RepositoryCheckedOut(RUN, NODE, BOX, FIRST, spec(), COMMIT),
            new Event.RepositoryCheckedOut(RUN, NODE, BOX, FOLLOW_UP, spec(), COMMIT),
            new Event.EnvironmentPrepared(RUN, NODE, BOX, "prompt", spec(), LOGS),
            new Event.AgentExecuted(RUN, NODE, BOX, spec(), 137, List.of()),
            new Event.AttemptLogged(RUN, NODE, STAGE, 5, Data.of(new byte[] {0, -1}), true));
    Stream<Outcome> outcomes =
        Stream.of(
            new Outcome.Presented(PATCH),
            new Outcome.Presented(LARGE),
            new Outcome.Failed(FAILURE, null),
            new Outcome.Failed(FAILURE, PATCH),
            new Outcome.Cancelled(OWNER),
            new Outcome.Unknown());
    Stream<Progress> progress =
        Stream.of(
            new Progress.Started(),
            new Progress.Noticed("slow"),
            new Progress.Said("hello"),
            new Progress.Commanded("make", null),
            new Progress.Commanded("make", 2),
            new Progress.Denied("example.org", 443, "off", 7),
            new Progress.Unknown());
    return Stream.of(
            moves,
            outcomes.map(outcome -> ended(outcome)),
            Stream.<Event>of(
                new Event.AttemptEnded(RUN, null, null, new Outcome.Cancelled(OWNER), List.of())),
            progress.map(p -> (Event) new Event.AttemptProgressed(RUN, NODE, STAGE, p)))
        .flatMap(stream -> stream);
  }

  private static Event ended(Outcome outcome) {
    return new Event.AttemptEnded(RUN, NODE, STAGE, outcome, LOGS);
  }

  private static Stream<Event> platform() {
    Data data = Data.of("bytes");
    return Stream.of(
        new Event.NodeReported(
            NODE, "provisioner", AT, 4, 3, List.of(new Held(RUN, STAGE)), null, FAILURE),
        new Event.NodeReported(NODE, "provisioner", AT, 4, 0, List.of(), FAILURE, null),
        new Event.EnvironmentDefined(spec().environment(), Set.of(OWNER), OWNER, false),
        new Event.EnvironmentDefined(spec().environment(), Set.of(), OWNER, false),
        new Event.SecretSealed(WEB, new SecretName("NPM_TOKEN"), 1, data, false),
        new Event.GitCredentialSealed(new GitPlace("example.com/acme"), 1, data, false),
        new Event.SchemaRegistered(1, "subject", 1, "\"int\""),
        new Event.DeadLettered("t", 1, 2, STAGE, null, data, List.of(), FAILURE),
        new Event.DeadLettered(
            "t", 1, 2, STAGE, data, data, List.of(new RecordHeader("h", data)), FAILURE));
  }

  private static Stream<Event> snapshots() {
    Fingerprint fingerprint = new Fingerprint("cd".repeat(32));
    return Stream.of(
            new SnapshotChange.Created(
                Map.of("image", "0a1b2c", "setup", "3d4e5f"), COMMIT, 1L << 33, RUN),
            new SnapshotChange.Created(Map.of(), COMMIT, 0, RUN),
            new SnapshotChange.Used(RUN),
            new SnapshotChange.Invalidated("its disk is damaged"),
            new SnapshotChange.Expired(),
            new SnapshotChange.Unknown())
        .map(change -> new Event.SnapshotChanged(NODE, BOX, WEB, fingerprint, AT, change));
  }

  private static Event.TaskRequested request(@Nullable String branch) {
    return new Event.TaskRequested(TASK, OWNER, "key", WEB, 3, "do it", branch, 4, AT);
  }

  private static TaskSpec spec() {
    EnvironmentSpec environment =
        new EnvironmentSpec(
            WEB,
            3,
            1,
            null,
            new RepositoryUrl("https://example.org/acme/web"),
            new RefName("main"),
            EnvironmentSpec.DEFAULT_IMAGE,
            Map.of("node", "18"),
            EnvironmentSpec.AUTO,
            "",
            "",
            Map.of("CI", "1"),
            List.of(new SecretName("NPM_TOKEN")),
            List.of(new RefName("release")),
            new Internet(Preset.COMMON, List.of("example.org"), List.of("GET")),
            AgentKind.COMMAND,
            Limits.DEFAULT);
    return new TaskSpec(
        TASK,
        OWNER,
        "do it",
        environment,
        new RefName("main"),
        COMMIT,
        2,
        Map.of(new SecretName("NPM_TOKEN"), 7),
        AT);
  }
}
