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
import dev.errand.schemas.Event.Patch;
import dev.errand.schemas.Event.Progress;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.SecretName;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.ids.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Any fact of any topic, drawn from a random source: numbers at their bounds, texts in all. */
final class RandomFacts {
  private static final List<String> WORDS =
      List.of("", "a", "two words", "ü\u0000\u001b[31m", "\ud83d\ude80", "\"\\\n\r\t", "\u202e");
  private static final int MAX_ITEMS = 4;

  private final Random random;

  private RandomFacts(Random random) {
    this.random = random;
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
      case TASKS_COMPLETED -> new Event.TaskCompleted(task(), integer());
      case TURNS_REQUESTED ->
          new Event.TurnRequested(task(), integer(), integer(), text(), owner());
      case NODES ->
          new Event.NodeReported(
              node(),
              text(),
              time(),
              integer(),
              integer(),
              list(() -> new Event.Held(run(), stage())));
      case ENVIRONMENTS -> new Event.EnvironmentDefined(environment(), owner(), flag());
      case SECRETS -> new Event.SecretSealed(environmentId(), secret(), integer(), data(), flag());
      case SCHEMAS -> new Event.SchemaRegistered(integer(), text(), integer(), text());
      case DEAD_LETTERS ->
          new Event.DeadLettered(
              text(),
              integer(),
              big(),
              stage(),
              maybe(this::data),
              data(),
              list(() -> new Event.Header(text(), data())),
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
          new Event.AttemptSubmitted(run(), maybe(this::node), text(), spec());
      case ATTEMPTS_PLACED -> new Event.AttemptPlaced(run(), node());
      case CONTAINER_CREATED -> new Event.ContainerCreated(run(), node(), box(), text(), spec());
      case CHECKED_OUT ->
          new Event.RepositoryCheckedOut(run(), node(), box(), text(), spec(), commit());
      case SET_UP ->
          new Event.EnvironmentPrepared(run(), node(), box(), text(), spec(), list(this::log));
      case EXECUTED ->
          new Event.AgentExecuted(run(), node(), box(), spec(), integer(), list(this::log));
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
        commit(),
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
        new Limits(random.nextDouble() * 64, big(), big(), duration(), duration()));
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

  private Patch patch() {
    return new Patch(commit(), digest(), big(), integer(), integer(), integer(), maybe(this::text));
  }

  private LogArtifact log() {
    return new LogArtifact(stage(), digest(), big(), flag());
  }

  private Failure failure() {
    return new Failure(oneOf(FailureCode.values()), text(), list(this::text));
  }

  private TaskId task() {
    return TaskId.at(time(), random);
  }

  private RunId run() {
    return task().attempt(1 + random.nextInt(4)).run(1 + random.nextInt(9), 1 + random.nextInt(9));
  }

  private Instant time() {
    return Instant.ofEpochMilli(random.nextLong(1L << 48)); // what a ULID can hold
  }

  private Duration duration() {
    return Duration.ofMillis(random.nextLong(1L << 40));
  }

  private Data data() {
    byte[] bytes = new byte[random.nextInt(64)];
    random.nextBytes(bytes);
    return Data.of(bytes);
  }

  private String text() {
    return Stream.generate(() -> WORDS.get(random.nextInt(WORDS.size())))
        .limit(random.nextInt(MAX_ITEMS))
        .collect(Collectors.joining());
  }

  private String hex(int bytes) {
    byte[] data = new byte[bytes];
    random.nextBytes(data);
    return HexFormat.of().formatHex(data);
  }

  private int integer() {
    return flag() ? random.nextInt(100) : oneOf(0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE);
  }

  private long big() {
    return flag() ? random.nextLong() : oneOf(0L, -1L, Long.MAX_VALUE, Long.MIN_VALUE);
  }

  private boolean flag() {
    return random.nextBoolean();
  }

  private Owner owner() {
    return new Owner("o" + hex(2));
  }

  private EnvironmentId environmentId() {
    return new EnvironmentId("e" + hex(2));
  }

  private NodeName node() {
    return new NodeName("n" + hex(2));
  }

  private StageName stage() {
    return new StageName(oneOf("set-up", "run-agent", "a"));
  }

  private SecretName secret() {
    return new SecretName("S_" + random.nextInt(100));
  }

  private RefName ref() {
    return new RefName("feature/ü" + hex(2));
  }

  private BoxId box() {
    return new BoxId(hex(6));
  }

  private CommitSha commit() {
    return new CommitSha(hex(flag() ? 20 : 32));
  }

  private Digest digest() {
    return new Digest(hex(32));
  }

  @SafeVarargs
  private <T> T oneOf(T... values) {
    return values[random.nextInt(values.length)];
  }

  private <T> @Nullable T maybe(Supplier<T> value) {
    return flag() ? value.get() : null;
  }

  private <T> List<T> list(Supplier<T> item) {
    return Stream.generate(item).limit(random.nextInt(MAX_ITEMS)).toList();
  }

  private <K, V> Map<K, V> map(Supplier<K> key, Supplier<V> value) {
    return list(key).stream()
        .distinct()
        .collect(Collectors.toMap(Function.identity(), k -> value.get()));
  }
}
