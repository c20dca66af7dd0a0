package dev.errand.schemas.wire;

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
import dev.errand.schemas.Topic;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.Fingerprint;
import dev.errand.schemas.ids.GitPlace;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.RunId;
import java.time.Duration;
import java.util.Random;
import java.util.Set;

/** Any fact of any topic, drawn from a random source: numbers at their bounds, texts in all. */
final class RandomFacts extends RandomValues {
  private RandomFacts(Random random) {
    super(random);
  }

  static Event next(Random random) {
    RandomFacts facts = new RandomFacts(random);
    return facts.of(facts.oneOf(Topic.values()));
  }

  private Event of(Topic topic) {
    return switch (topic) {
      case TASKS_REQUESTED -> request();
      case TASKS_RESOLVED ->
          new Event.TaskResolved(request(), maybe(this::spec), maybe(this::failure));
      case TASKS_ADMITTED -> new Event.TaskAdmitted(spec());
      case TASKS_REJECTED ->
          new Event.TaskRejected(task(), owner(), environmentId(), text(), failure());
      case TASKS_CANCEL_REQUESTED -> new Event.CancelRequested(task(), integer(), owner());
      case TASKS_COMPLETED -> new Event.TaskCompleted(task(), integer(), integer());
      case TURNS_REQUESTED ->
          new Event.TurnRequested(
              new RunId(run().attempt(), run().turn(), 1), turn(), owner(), text());
      case NODES ->
          new Event.NodeReported(
              node(),
              text(),
              time(),
              integer(),
              integer(),
              list(() -> new Held(run(), stage())),
              maybe(this::failure),
              maybe(this::failure));
      case ENVIRONMENTS ->
          new Event.EnvironmentDefined(
              environment(), Set.copyOf(list(this::owner)), owner(), flag());
      case SNAPSHOTS -> snapshotChanged();
      case SECRETS -> new Event.SecretSealed(environmentId(), secret(), integer(), data(), flag());
      case GIT_CREDENTIALS ->
          new Event.GitCredentialSealed(
              new GitPlace("example.com/" + environmentId()), integer(), data(), flag());
      case SCHEMAS -> new Event.SchemaRegistered(integer(), text(), integer(), text());
      case DEAD_LETTERS ->
          new Event.DeadLettered(
              text(),
              integer(),
              big(),
              stage(),
              maybe(this::data),
              data(),
              list(() -> new RecordHeader(text(), data())),
              failure());
      case ATTEMPTS_SUBMITTED,
          ATTEMPTS_PLACED,
          CONTAINER_CREATED,
          CHECKED_OUT,
          SET_UP,
          EXECUTED,
          ATTEMPTS_ENDED,
          ATTEMPTS_PROGRESSED,
          ATTEMPTS_LOGGED ->
          ofRun(topic);
    };
  }

  private Event ofRun(Topic topic) {
    return switch (topic) {
      case ATTEMPTS_SUBMITTED ->
          new Event.AttemptSubmitted(run(), maybe(this::node), turn(), spec());
      case ATTEMPTS_PLACED -> new Event.AttemptPlaced(run(), node());
      case CONTAINER_CREATED ->
          new Event.ContainerCreated(run(), node(), new BoxId(hex(6)), turn(), spec());
      case CHECKED_OUT ->
          new Event.RepositoryCheckedOut(
              run(),
              node(),
              new BoxId(hex(6)),
              turn(),
              spec(),
              new CommitSha(hex(flag() ? 20 : 32)));
      case SET_UP ->
          new Event.EnvironmentPrepared(
              run(), node(), new BoxId(hex(6)), text(), spec(), list(this::log));
      case EXECUTED ->
          new Event.AgentExecuted(
              run(), node(), new BoxId(hex(6)), spec(), integer(), list(this::log));
      case ATTEMPTS_ENDED ->
          new Event.AttemptEnded(
              run(), maybe(this::node), maybe(this::stage), outcome(), list(this::log));
      case ATTEMPTS_PROGRESSED -> new Event.AttemptProgressed(run(), node(), stage(), progress());
      case ATTEMPTS_LOGGED ->
          new Event.AttemptLogged(run(), node(), stage(), big(), data(), flag());
      default -> throw new IllegalArgumentException(topic + " is not about a run");
    };
  }

  private Event.TaskRequested request() {
    return new Event.TaskRequested(
        task(),
        owner(),
        text(),
        environmentId(),
        integer(),
        text(),
        maybe(this::text),
        integer(),
        time());
  }

  private TaskSpec spec() {
    return new TaskSpec(
        task(),
        owner(),
        text(),
        environment(),
        ref(),
        new CommitSha(hex(flag() ? 20 : 32)),
        integer(),
        map(this::secret, this::integer),
        time());
  }

  private EnvironmentSpec environment() {
    return new EnvironmentSpec(
        environmentId(),
        integer(),
        integer(),
        maybe(this::text),
        new RepositoryUrl("https://example.org/" + hex(3)),
        maybe(this::ref),
        text(),
        map(this::text, this::text),
        text(),
        text(),
        text(),
        map(this::text, this::text),
        list(this::secret),
        list(this::ref),
        new Internet(oneOf(Preset.values()), list(this::text), list(this::text)),
        oneOf(AgentKind.values()),
        new Limits(
            random.nextDouble() * 64,
            big(),
            big(),
            Duration.ofMillis(integer()),
            Duration.ofMillis(integer())));
  }

  private Outcome outcome() {
    return switch (random.nextInt(4)) {
      case 0 -> new Outcome.Presented(patch());
      case 1 -> new Outcome.Failed(failure(), maybe(this::patch));
      case 2 -> new Outcome.Cancelled(owner());
      default -> new Outcome.Unknown();
    };
  }

  private Progress progress() {
    return switch (random.nextInt(6)) {
      case 0 -> new Progress.Started();
      case 1 -> new Progress.Noticed(text());
      case 2 -> new Progress.Said(text());
      case 3 -> new Progress.Commanded(text(), maybe(this::integer));
      case 4 -> new Progress.Denied(text(), integer(), text(), big());
      default -> new Progress.Unknown();
    };
  }

  private Event.SnapshotChanged snapshotChanged() {
    return new Event.SnapshotChanged(
        node(),
        new BoxId(hex(6)),
        environmentId(),
        new Fingerprint(hex(32)),
        time(),
        snapshotChange());
  }

  private SnapshotChange snapshotChange() {
    return switch (random.nextInt(5)) {
      case 0 ->
          new SnapshotChange.Created(
              map(this::text, this::text), new CommitSha(hex(flag() ? 20 : 32)), big(), run());
      case 1 -> new SnapshotChange.Used(run());
      case 2 -> new SnapshotChange.Invalidated(text());
      case 3 -> new SnapshotChange.Expired();
      default -> new SnapshotChange.Unknown();
    };
  }

  private Patch patch() {
    return new Patch(
        new CommitSha(hex(flag() ? 20 : 32)),
        new Digest(hex(32)),
        big(),
        integer(),
        integer(),
        integer(),
        maybe(this::text));
  }

  private Turn turn() {
    return flag() ? Turn.first(text()) : new Turn(text(), patch(), maybe(this::node), flag());
  }

  private LogArtifact log() {
    return new LogArtifact(stage(), new Digest(hex(32)), big(), flag());
  }

  private Failure failure() {
    return new Failure(oneOf(FailureCode.values()), text(), list(this::text));
  }
}
