package dev.errand.stage;

import dev.errand.broker.BrokerSettings;
import dev.errand.broker.EmbeddedBroker;
import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.wire.Wire;
import dev.errand.stage.StageHost.Probe;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** A broker with short locks, a node's folder, and stages to start on it. */
final class Laboratory implements AutoCloseable {
  static final Duration LOCK = Duration.ofSeconds(3);
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final int PARTITIONS = 3;

  final Path folder;
  final Path boxes;
  final EmbeddedBroker broker;
  final KafkaConnection connection;
  final Wire wire = Wire.shipped();
  final FactWriter writer;
  final Ledger ledger;
  private final List<StageRunner> started = new ArrayList<>();

  Laboratory(Path folder) throws IOException {
    this.folder = folder;
    this.boxes = Files.createDirectories(folder.resolve("boxes"));
    this.broker = EmbeddedBroker.start(brokerSettings(folder, 0, 0));
    this.connection = new KafkaConnection(broker.bootstrapServers(), broker.clientProperties());
    TopicCatalogue.ensure(connection, Samples.NODE, PARTITIONS, (short) 1);
    this.writer = new FactWriter(connection, wire);
    this.ledger = Ledger.follow(connection, wire, Samples.NODE);
  }

  /** Kafka's bounds would make each proof of a lost lock take 15 s. */
  static BrokerSettings brokerSettings(Path folder, int port, int controllerPort) {
    return new BrokerSettings(
            folder.resolve("kafka"), port, controllerPort, folder.resolve("kafka.properties"))
        .with(Map.of("group.share.min.record.lock.duration.ms", "1000"));
  }

  static MachineSettings settings() {
    return new MachineSettings(
        LOCK,
        Duration.ofSeconds(5),
        4,
        Duration.ofMillis(30),
        3,
        1,
        Duration.ofMillis(50),
        Duration.ofMillis(200),
        5,
        Duration.ofSeconds(5),
        256 * 1024,
        Duration.ofHours(24));
  }

  StageHost host() {
    return host(connection, folder, writer, ledger);
  }

  StageHost host(Probe probe) {
    StageHost plain = host();
    return new StageHost(
        connection,
        wire,
        plain.node(),
        folder,
        writer,
        ledger,
        plain.clock(),
        plain.telemetry(),
        plain.settings(),
        probe);
  }

  static StageHost host(KafkaConnection connection, Path folder, FactWriter writer, Ledger ledger) {
    return new StageHost(
        connection,
        Wire.shipped(),
        Samples.NODE,
        folder,
        writer,
        ledger,
        InstantSource.system(),
        OpenTelemetry.noop(),
        settings());
  }

  StageRunner start(Stage<?, ?> stage) {
    return start(host(), stage);
  }

  StageRunner start(StageHost host, Stage<?, ?> stage) {
    return start(host, stage, () -> Integer.MAX_VALUE);
  }

  StageRunner start(StageHost host, Stage<?, ?> stage, IntSupplier room) {
    StageRunner runner = new StageRunner(host, stage, room);
    started.add(runner);
    runner.start();
    return runner;
  }

  /** A worker in a process of its own: what is killed there is killed. */
  Worker worker(String stage, String crashAt) throws IOException {
    return Worker.start(folder, connection, stage, crashAt);
  }

  BoxStage boxStage(int slots) {
    return new BoxStage("box", boxes, slots, Duration.ofMinutes(5));
  }

  Event.AttemptSubmitted submit(String prompt) throws InterruptedException {
    Event.AttemptSubmitted fact = Samples.submitted(Samples.run(), prompt);
    writer.append(Topic.ATTEMPTS_SUBMITTED, idOf(fact), fact);
    return fact;
  }

  static EventId idOf(Event.AttemptSubmitted fact) {
    return EventId.of(fact.run().toString());
  }

  List<Topics.Entry> entries() {
    return Topics.readAll(connection, wire);
  }

  /** The facts that the box stage made of a run, all copies. */
  List<Event.ContainerCreated> made(RunId run) {
    return Topics.facts(entries(), Event.ContainerCreated.class).stream()
        .filter(fact -> fact.run().equals(run))
        .toList();
  }

  List<Event.AttemptEnded> ends(RunId run) {
    return Topics.facts(entries(), Event.AttemptEnded.class).stream()
        .filter(fact -> fact.run().equals(run))
        .toList();
  }

  void await(String what, Predicate<Laboratory> reached) {
    Awaitility.await(what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> reached.test(this));
  }

  @Override
  public void close() {
    started.forEach(StageRunner::close);
    ledger.close();
    writer.close();
    broker.close();
  }
}
