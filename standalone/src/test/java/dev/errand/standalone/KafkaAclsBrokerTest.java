package dev.errand.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.errand.artifacts.DiskReserve;
import dev.errand.broker.BrokerSettings;
import dev.errand.broker.EmbeddedBroker;
import dev.errand.ingest.FrontDoor;
import dev.errand.ingest.FrontDoorParts;
import dev.errand.ingest.access.Role;
import dev.errand.ingest.access.Tokens;
import dev.errand.repositories.RepositoryPolicy;
import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.wire.Wire;
import dev.errand.stage.FactWriter;
import dev.errand.stage.KafkaConnection;
import dev.errand.stage.Lease;
import dev.errand.stage.Ledger;
import dev.errand.stage.MachineSettings;
import dev.errand.stage.Stage;
import dev.errand.stage.StageHost;
import dev.errand.stage.StageRunner;
import dev.errand.stage.StageSpec;
import dev.errand.stage.TopicCatalogue;
import dev.errand.stage.follow.Follower;
import dev.errand.views.TaskView;
import dev.errand.views.Views;
import dev.errand.views.deciders.AdmissionDecider;
import dev.errand.views.deciders.LifecycleDecider;
import dev.errand.views.streams.StreamsSettings;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Services and a producer on a broker that lets nobody do more than bin/kafka-acls says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KafkaAclsBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final NodeName NODE = new NodeName("local");
  private static final String PASSWORD = "a-password-of-a-test-only";
  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\""
          + PASSWORD
          + "\"";

  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @SuppressWarnings("NullAway.Init")
  private EmbeddedBroker broker;

  @BeforeAll
  void start() throws Exception {
    folder = Files.createTempDirectory(Path.of("/tmp"), "errand-acl");
    BrokerSettings settings = BrokerSettings.below(folder);
    Files.createFile(
        settings.credentialFile(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(settings.credentialFile(), "errand.broker.password=" + PASSWORD + "\n");
    broker = EmbeddedBroker.start(settings.with(withAuthorizer()));
    open.push(broker);
    try (Admin admin = Admin.create(as("errand").with(Map.of()))) {
      admin
          .createAcls(
              KafkaAcls.printed(
                  "--bootstrap-server", broker.bootstrapServers(), "--producer", "ci"))
          .all()
          .get();
    }
    TopicCatalogue.ensure(as("errand-provisioner"), NODE, 2, (short) 1);
  }

  @AfterAll
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    Folders.delete(folder);
  }

  private static Map<String, String> withAuthorizer() {
    StringBuilder users = new StringBuilder(LOGIN.formatted("errand"));
    for (String user :
        List.of(
            "errand",
            "errand-ingest",
            "errand-provisioner",
            "errand-agent-runner",
            "errand-diff-collector",
            "ci")) {
      users.append(" user_%s=\"%s\"".formatted(user, PASSWORD));
    }
    Map<String, String> overrides = new HashMap<>();
    overrides.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    overrides.put("super.users", "User:errand");
    overrides.put("listener.name.client.plain.sasl.jaas.config", users + ";");
    return overrides;
  }

  private KafkaConnection as(String user) {
    Map<String, String> properties = new HashMap<>(broker.clientProperties());
    properties.put("sasl.jaas.config", LOGIN.formatted(user) + ";");
    return new KafkaConnection(broker.bootstrapServers(), properties);
  }

  private <C extends AutoCloseable> C opened(C part) {
    open.push(part);
    return part;
  }

  /** What every service begins with. */
  private StageHost host(String user) {
    KafkaConnection connection = as(user);
    TopicCatalogue.ensure(connection, NODE, 2, (short) 1);
    Wire wire = Wire.shipped();
    return new StageHost(
        connection,
        wire,
        NODE,
        folder.resolve(user),
        opened(new FactWriter(connection, wire)),
        opened(Ledger.follow(connection, wire, NODE)),
        Clock.systemUTC(),
        OpenTelemetry.noop(),
        MachineSettings.defaults());
  }

  private NodeParts parts(StageHost host) throws InterruptedException {
    new Installation(host.data()).ensureFolders();
    NodeParts files =
        NodeParts.open(
            new DataFolder(host.data()),
            RepositoryPolicy.REMOTE_ONLY,
            DiskReserve.of(host.data(), 0));
    return files.with(opened(SealedCredentials.follow(host, files.vault())));
  }

  /** Everything from the inbox to the views, for a task that is refused in the end. */
  @Test
  void whatAProducerAsksForIsDecidedByTheFrontDoor() throws Exception {
    StageHost host = host("errand-ingest");
    NodeParts parts = parts(host);
    Path data = host.data();
    Tokens.Issued token =
        Tokens.open(data.resolve("server/tokens.json"), data.resolve("token"), host.clock())
            .issue(new Owner("ci"), Role.PRODUCER);
    StreamsSettings streams =
        new StreamsSettings(
            host.connection().bootstrapServers(),
            host.connection().properties(),
            NODE.value(),
            parts.data().streams(),
            (short) 1);
    Views views = opened(Views.start(streams, host.wire()));
    AdmissionDecider admission = opened(AdmissionDecider.start(streams, host.wire()));
    LifecycleDecider lifecycle =
        opened(LifecycleDecider.start(streams, host.wire(), NODE, PATIENCE));
    FrontDoor door = opened(new FrontDoor());
    door.start(
        new FrontDoorParts(
            host.connection(),
            host.wire(),
            NODE,
            data,
            host.writer(),
            views,
            admission,
            lifecycle,
            parts.mirrors(),
            parts.vault(),
            parts.artifacts(),
            host));
    await("the front door").atMost(PATIENCE).until(() -> door.missing().isEmpty());

    Robot robot = new Robot("ci", token.id(), token.inboxKey());
    Event.TaskRequested request = robot.request("nowhere", "true", Instant.now());
    send("ci", robot.signed(request));

    await("the refusal")
        .atMost(PATIENCE)
        .until(
            () ->
                views.task(request.task()).map(TaskView::state).orElse(null)
                    == TaskView.State.REJECTED);
  }

  /** A stage joins its group, draws what is no fact, and keeps it as a dead letter. */
  @ParameterizedTest
  @CsvSource({
    "errand-provisioner, container, ATTEMPTS_SUBMITTED, CONTAINER_CREATED",
    "errand-provisioner, checkout, CONTAINER_CREATED, CHECKED_OUT",
    "errand-provisioner, setup, CHECKED_OUT, SET_UP",
    "errand-agent-runner, agent, SET_UP, EXECUTED",
    "errand-diff-collector, diff, EXECUTED, ATTEMPTS_ENDED"
  })
  void aWorkersStageDraws(String user, String stage, Topic input, Topic output) throws Exception {
    StageHost host = host(user);
    var _ = parts(host);
    long before = letters();
    StageRunner runner =
        opened(new StageRunner(host, idle(stage, input, output, input.event()), () -> 1));
    runner.start();

    send("errand", new ProducerRecord<>(input.on(NODE), "no fact".getBytes(UTF_8)));

    await("a dead letter of " + stage).atMost(PATIENCE).until(() -> letters() > before);
    send(user, new ProducerRecord<>(output.on(NODE), "an output".getBytes(UTF_8)));
    send(user, new ProducerRecord<>(Topic.ATTEMPTS_LOGGED.pattern(), "a log".getBytes(UTF_8)));
  }

  private static <I extends Event> Stage<I, Event> idle(
      String name, Topic input, Topic output, Class<I> takes) {
    StageSpec<I, Event> spec =
        new StageSpec<>(new StageName(name), input, output, takes, 1, PATIENCE);
    return new Stage<>() {
      @Override
      public StageSpec<I, Event> spec() {
        return spec;
      }

      @Override
      public Event process(I fact, Lease lease) {
        throw new IllegalStateException("nothing here is a fact");
      }
    };
  }

  /** How many dead letters there are. */
  private long letters() throws Exception {
    String topic = Topic.DEAD_LETTERS.pattern();
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (int partition = 0; partition < 2; partition++) {
      ends.put(new TopicPartition(topic, partition), OffsetSpec.latest());
    }
    try (Admin admin = Admin.create(as("errand").with(Map.of()))) {
      return admin.listOffsets(ends).all().get().values().stream()
          .mapToLong(ListOffsetsResultInfo::offset)
          .sum();
    }
  }

  private void send(String user, ProducerRecord<byte[], byte[]> entry)
      throws ExecutionException, InterruptedException {
    try (var producer =
        new KafkaProducer<>(
            as(user).with(Map.of()), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(entry).get();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ci, tasks.admitted",
    "ci, dead-letters",
    "errand-agent-runner, tasks.requested",
    "errand-diff-collector, nodes.local.set-up",
    "errand-provisioner, secrets"
  })
  void nobodyWritesWhatIsNotItsOwn(String user, String topic) {
    assertThatThrownBy(() -> send(user, new ProducerRecord<>(topic, "forged".getBytes(UTF_8))))
        .hasRootCauseInstanceOf(TopicAuthorizationException.class);
  }

  @Test
  void aProducerDoesNotReadTheInbox() {
    Map<String, Object> properties = as("ci").with(Map.of());

    try (var reader = Follower.reader(properties, Duration.ofSeconds(1))) {
      reader.assign(List.of(new TopicPartition(Topic.TASKS_REQUESTED.pattern(), 0)));
      assertThatThrownBy(() -> reader.poll(PATIENCE))
          .isInstanceOf(TopicAuthorizationException.class);
    }
  }
}
