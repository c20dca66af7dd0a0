package dev.errand.provisioner;

import dev.errand.artifacts.DiskReserve;
import dev.errand.artifacts.FileArtifactStore;
import dev.errand.artifacts.LogTail;
import dev.errand.broker.BrokerSettings;
import dev.errand.broker.EmbeddedBroker;
import dev.errand.egress.EgressProxy;
import dev.errand.egress.EgressSettings;
import dev.errand.repositories.Mirrors;
import dev.errand.repositories.Origin;
import dev.errand.repositories.RepositoryPolicy;
import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.BoxesSettings;
import dev.errand.sandbox.Engine;
import dev.errand.sandbox.EngineSettings;
import dev.errand.schemas.Data;
import dev.errand.schemas.Event;
import dev.errand.schemas.Event.AgentExecuted;
import dev.errand.schemas.Event.AttemptEnded;
import dev.errand.schemas.Event.AttemptSubmitted;
import dev.errand.schemas.Event.EnvironmentPrepared;
import dev.errand.schemas.Event.SecretSealed;
import dev.errand.schemas.Patch;
import dev.errand.schemas.Topic;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.SecretName;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.Wire;
import dev.errand.secrets.Secret;
import dev.errand.secrets.Vault;
import dev.errand.stage.FactWriter;
import dev.errand.stage.KafkaConnection;
import dev.errand.stage.Lease;
import dev.errand.stage.Ledger;
import dev.errand.stage.MachineSettings;
import dev.errand.stage.Stage;
import dev.errand.stage.StageHost;
import dev.errand.stage.StageRunner;
import dev.errand.stage.StageSpec;
import dev.errand.stage.Table;
import dev.errand.stage.TopicCatalogue;
import io.opentelemetry.api.OpenTelemetry;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A whole node but its agent: broker, engine, mirrors and the provisioner, in one folder. */
final class Workshop implements AutoCloseable {
  static final NodeName NODE = new NodeName("local");
  static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final RefName MAIN = new RefName("main");

  final Path sources;
  final NodeTools tools;
  final StageHost host;
  final ProvisionerSettings settings;
  final Map<RunId, EnvironmentPrepared> prepared = new ConcurrentHashMap<>();
  final Map<RunId, AttemptEnded> ended = new ConcurrentHashMap<>();
  private final Path boxesRoot;
  private final EmbeddedBroker broker;
  private final ProvisionerService service;
  private final StageRunner agent;

  /**
   * @param standbys boxes that may wait for runs: while they do, boxes are there
   */
  Workshop(Path folder, int standbys) throws IOException, InterruptedException {
    this(folder, Map.of("errand.provisioner.standbys", Integer.toString(standbys)));
  }

  /**
   * @param wishes settings of the provisioner that differ from their defaults
   */
  Workshop(Path folder, Map<String, String> wishes) throws IOException, InterruptedException {
    sources = Files.createDirectory(folder.resolve("sources"));
    // A socket's path has 107 bytes: test folders are too deep.
    boxesRoot = Files.createTempDirectory("box");
    broker = EmbeddedBroker.start(BrokerSettings.below(folder));
    var connection = new KafkaConnection(broker.bootstrapServers(), broker.clientProperties());
    TopicCatalogue.ensure(connection, NODE, 2, (short) 1);
    Wire wire = Wire.shipped();
    Ledger ledger = Ledger.follow(connection, wire, NODE);
    ledger.onEnded(end -> ended.putIfAbsent(end.run(), end));
    host =
        new StageHost(
            connection,
            wire,
            NODE,
            folder.resolve("data"),
            new FactWriter(connection, wire),
            ledger,
            InstantSource.system(),
            OpenTelemetry.noop(),
            MachineSettings.defaults());
    Engine engine = Engine.connect(EngineSettings.of(System.getenv()));
    String installation = "workshop-" + boxesRoot.getFileName();
    tools =
        new NodeTools(
            engine,
            new Boxes(engine, BoxesSettings.of(installation, NODE, boxesRoot)),
            new Mirrors(
                folder.resolve("mirrors"),
                RepositoryPolicy.REMOTE_ONLY.withFileRoots(List.of(sources))),
            new EgressProxy(mapping(EgressSettings.class, Map.of())),
            Vault.open(folder.resolve("keyset")),
            Table.follow(connection, wire, Topic.SECRETS, SecretSealed.class),
            new FileArtifactStore(folder.resolve("artifacts"), DiskReserve.of(folder, 0)));
    settings = mapping(ProvisionerSettings.class, wishes);
    service = new ProvisionerService(host, tools, settings);
    agent = new StageRunner(host, new Witness(prepared), () -> Integer.MAX_VALUE);
    service.start();
    agent.start();
  }

  private static <T> T mapping(Class<T> type, Map<String, String> values) {
    return new SmallRyeConfigBuilder()
        .withMapping(type)
        .withDefaultValues(values)
        .build()
        .getConfigMapping(type);
  }

  /** Stands where the agent would: takes what is prepared and leaves the run alive. */
  private record Witness(Map<RunId, EnvironmentPrepared> prepared)
      implements Stage<EnvironmentPrepared, AgentExecuted> {
    @Override
    public StageSpec<EnvironmentPrepared, AgentExecuted> spec() {
      return new StageSpec<>(
          new StageName("witness"),
          Topic.SET_UP,
          Topic.EXECUTED,
          EnvironmentPrepared.class,
          8,
          PATIENCE);
    }

    @Override
    public AgentExecuted process(EnvironmentPrepared fact, Lease lease) {
      prepared.putIfAbsent(fact.run(), fact);
      return new AgentExecuted(fact.run(), fact.node(), fact.box(), fact.spec(), 0, fact.logs());
    }
  }

  Origin origin() throws IOException {
    return Origin.create(Files.createTempDirectory(sources, "web"));
  }

  static RunId newRun() {
    return TaskId.at(Instant.now(), ThreadLocalRandom.current()).attempt(1).run(1, 1);
  }

  AttemptSubmitted fact(RunId run, Origin origin, Tasks.Wish wish) {
    var spec = Tasks.task(run.task(), origin.url(), MAIN, origin.commit("last"), wish);
    return new AttemptSubmitted(run, null, Turn.first("true"), spec);
  }

  RunId submit(Origin origin, Tasks.Wish wish) throws InterruptedException {
    AttemptSubmitted fact = fact(newRun(), origin, wish);
    append(fact);
    return fact.run();
  }

  void append(AttemptSubmitted fact) throws InterruptedException {
    host.writer().append(Topic.ATTEMPTS_SUBMITTED, EventId.of(fact.run().toString()), fact);
  }

  EnvironmentPrepared awaitPrepared(RunId run) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> prepared.containsKey(run) || ended.containsKey(run));
    EnvironmentPrepared fact = prepared.get(run);
    if (fact == null) {
      throw new AssertionError("it ended: " + ended.get(run));
    }
    return fact;
  }

  AttemptEnded awaitEnded(RunId run) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> Optional.ofNullable(ended.get(run)), Optional::isPresent)
        .orElseThrow();
  }

  Event.Outcome.Failed awaitFailed(RunId run) {
    AttemptEnded end = awaitEnded(run);
    if (end.outcome() instanceof Event.Outcome.Failed failed) {
      return failed;
    }
    throw new AssertionError("it ended otherwise: " + end);
  }

  /** Ends the run with this diff against its task's commit, as the diff's collector would. */
  Patch present(RunId run, CommitSha base, String diff) throws IOException, InterruptedException {
    byte[] bytes = diff.getBytes(StandardCharsets.UTF_8);
    Digest digest = tools.artifacts().put(new ByteArrayInputStream(bytes));
    Patch patch = new Patch(base, digest, bytes.length, 1, 1, 0, null);
    host.writer()
        .append(
            Topic.ATTEMPTS_ENDED,
            EventId.of("end " + run),
            new AttemptEnded(
                run, NODE, new StageName("diff"), new Event.Outcome.Presented(patch), List.of()));
    awaitEnded(run);
    return patch;
  }

  void cancel(RunId run) throws InterruptedException {
    host.writer()
        .append(
            Topic.ATTEMPTS_ENDED,
            EventId.of("end " + run),
            new AttemptEnded(
                run, null, null, new Event.Outcome.Cancelled(new Owner("tester")), List.of()));
  }

  void seal(SecretName name, int version, String value) throws InterruptedException {
    Data sealed = tools.vault().seal(Tasks.ENVIRONMENT, name, version, Secret.of(value));
    host.writer()
        .append(
            Topic.SECRETS,
            EventId.of(name + " " + version),
            new SecretSealed(Tasks.ENVIRONMENT, name, version, sealed, false));
  }

  /** What a command says in the run's box, run as the provisioner would ask. */
  String ask(RunId run, String script) throws InterruptedException {
    BoxWork work = new BoxWork(tools.boxes());
    return work.ask(work.of(run), "test", script);
  }

  String setupLog(EnvironmentPrepared fact) throws IOException {
    return String.join("\n", LogTail.of(tools.artifacts(), fact.logs()));
  }

  void awaitNoBoxes() {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> tools.boxes().all().isEmpty() && tools.boxes().orphanedFolders().isEmpty());
  }

  @Override
  public void close() throws IOException {
    agent.close();
    service.close();
    tools.boxes().all().forEach(tools.boxes()::remove);
    tools.boxes().frozen().all().forEach(tools.boxes().frozen()::remove);
    tools.boxes().close();
    tools.engine().close();
    tools.proxy().close();
    tools.secrets().close();
    host.ledger().close();
    host.writer().close();
    broker.close();
    try (Stream<Path> left = Files.walk(boxesRoot)) {
      for (Path path : left.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
