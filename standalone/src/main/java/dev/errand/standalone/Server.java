package dev.errand.standalone;

import dev.errand.artifacts.DiskReserve;
import dev.errand.broker.BrokerSettings;
import dev.errand.broker.EmbeddedBroker;
import dev.errand.ingest.FrontDoor;
import dev.errand.ingest.FrontDoorParts;
import dev.errand.repositories.RepositoryPolicy;
import dev.errand.repositories.RepositorySettings;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.wire.Wire;
import dev.errand.stage.FactWriter;
import dev.errand.stage.KafkaConnection;
import dev.errand.stage.Ledger;
import dev.errand.stage.MachineSettings;
import dev.errand.stage.StageHost;
import dev.errand.stage.TopicCatalogue;
import dev.errand.standalone.ServerSettings.Service;
import dev.errand.views.Views;
import dev.errand.views.deciders.AdmissionDecider;
import dev.errand.views.deciders.LifecycleDecider;
import dev.errand.views.streams.StreamsSettings;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.eclipse.microprofile.config.ConfigProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of Errand that run in this process, started in their order and closed in reverse. */
@ApplicationScoped
public class Server {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);

  /** A broker that starts rolls logs and writes snapshots: some MiB. */
  private static final int START_SHARE = 8;

  private final ServerSettings settings;
  private final RepositorySettings repositories;
  private final WorkerParts workers;
  private final FrontDoor frontDoor;
  private final OpenTelemetry telemetry;
  private final Deque<AutoCloseable> started = new ConcurrentLinkedDeque<>();
  private volatile boolean running;

  @Inject
  Server(
      ServerSettings settings,
      RepositorySettings repositories,
      WorkerParts workers,
      FrontDoor frontDoor,
      OpenTelemetry telemetry) {
    this.settings = settings;
    this.repositories = repositories;
    this.frontDoor = frontDoor;
    this.workers = workers;
    this.telemetry = telemetry;
  }

  /**
   * Returns when all parts run.
   *
   * @throws ErrandException with the failure of the part that did not start
   */
  void start() throws InterruptedException {
    Installation installation = new Installation(settings.data().toAbsolutePath().normalize());
    installation.ensureFolders();
    DataFolder data = new DataFolder(installation.data());
    long reserveBytes = settings.diskReserveBytes();
    DiskReserve.of(data.root(), reserveBytes / START_SHARE).requireRoom();
    Set<Service> services = EnumSet.copyOf(settings.services());
    if (services.contains(Service.INGEST)) {
      installation.requireNoOther();
    }
    // First of all, so that `errand down` finds what is still starting; `up` has it recorded
    // already.
    if (services.contains(Service.INGEST) && installation.process().isEmpty()) {
      installation.recordProcess(ProcessHandle.current());
    }
    if (!services.contains(Service.INGEST)) {
      frontDoor.standBeside(data.root());
    }
    KafkaConnection connection = connection(services, data);
    TopicCatalogue.ensure(
        connection, node(), settings.kafka().partitions(), settings.kafka().replication());
    if (!services.equals(EnumSet.of(Service.BROKER))) {
      StageHost host = host(connection, data);
      NodeParts files =
          NodeParts.open(
              data, repositoryPolicy(services), DiskReserve.of(data.root(), reserveBytes));
      SealedCredentials credentials = SealedCredentials.follow(host, files.vault());
      started.push(credentials);
      NodeParts parts = files.with(credentials);
      if (services.contains(Service.INGEST)) {
        openFrontDoor(host, parts);
        installation.recordUrl(URI.create("http://localhost:" + httpPort()));
      }
      workers.start(services, host, parts).forEach(started::push);
    }
    running = true;
    LOG.info("Running {} in {}", services, data.root());
  }

  /** What keeps this process from its work; nothing when it works. */
  List<String> missing() {
    if (!running) {
      return List.of("start");
    }
    return settings.services().contains(Service.INGEST) ? frontDoor.missing() : List.of();
  }

  /** Whether the process is to end once it has started. */
  boolean isTraining() {
    return settings.training();
  }

  private void openFrontDoor(StageHost host, NodeParts parts) throws InterruptedException {
    StreamsSettings streams =
        new StreamsSettings(
            host.connection().bootstrapServers(),
            host.connection().properties(),
            host.node().value(),
            parts.data().streams(),
            settings.kafka().replication());
    Views views = Views.start(streams, host.wire());
    AdmissionDecider admission = AdmissionDecider.start(streams, host.wire());
    LifecycleDecider lifecycle =
        LifecycleDecider.start(streams, host.wire(), host.node(), settings.nodeSilence());
    started.push(new Together(List.of(views, admission, lifecycle)));
    frontDoor.start(
        new FrontDoorParts(
            host.connection(),
            host.wire(),
            host.node(),
            parts.data().root(),
            host.writer(),
            views,
            admission,
            lifecycle,
            parts.mirrors(),
            parts.vault(),
            parts.artifacts(),
            host));
    started.push(frontDoor);
  }

  /**
   * One process for everything is one person's own machine: its repositories may be cloned. Where
   * services are apart, an operator says which folders.
   */
  private RepositoryPolicy repositoryPolicy(Set<Service> services) {
    RepositoryPolicy policy = RepositoryPolicy.of(repositories);
    boolean standalone = services.equals(EnumSet.allOf(Service.class));
    return standalone && policy.fileRoots().isEmpty()
        ? policy.withFileRoots(List.of(Path.of("/")))
        : policy;
  }

  /** Port 0 asks for any: Quarkus writes down which one it got. */
  private static int httpPort() {
    return ConfigProvider.getConfig().getValue("quarkus.http.port", Integer.class);
  }

  private NodeName node() {
    return new NodeName(settings.node());
  }

  private StageHost host(KafkaConnection connection, DataFolder data) {
    Wire wire = Wire.shipped();
    FactWriter writer = new FactWriter(connection, wire);
    started.push(writer);
    Ledger ledger = Ledger.follow(connection, wire, node());
    started.push(ledger);
    return new StageHost(
        connection,
        wire,
        node(),
        data.root(),
        writer,
        ledger,
        Clock.systemUTC(),
        telemetry,
        MachineSettings.defaults(),
        settings.holdPoints() ? new HoldPoints(data.holdPoints()) : StageHost.Probe.NOWHERE);
  }

  private KafkaConnection connection(Set<Service> services, DataFolder data)
      throws InterruptedException {
    if (services.contains(Service.BROKER)) {
      EmbeddedBroker broker =
          EmbeddedBroker.start(
              new BrokerSettings(
                      data.kafka(),
                      settings.kafka().port(),
                      settings.kafka().controllerPort(),
                      data.kafkaClient())
                  .on(settings.kafka().host()));
      started.push(broker);
      return new KafkaConnection(broker.bootstrapServers(), broker.clientProperties());
    }
    Optional<String> addresses = settings.kafka().bootstrapServers();
    DistantBroker broker =
        addresses.isPresent()
            ? new DistantBroker(
                () -> new KafkaConnection(addresses.get(), settings.kafka().properties()))
            : new DistantBroker(new DistantBroker.Address(data.kafkaClient())::read);
    return broker.await(settings.kafka().patience());
  }

  /**
   * Closes all parts. Called by the thread that ends the process: it waits for nothing else, also
   * not for the main thread.
   */
  void close(@Observes ShutdownEvent end) {
    running = false;
    AutoCloseable part;
    while ((part = started.poll()) != null) {
      close(part);
    }
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) { // the last resort of a process that ends
      LOG.warn("{} did not close: {}", part.getClass().getSimpleName(), e.toString());
    }
  }

  /**
   * Parts that do not need each other: closed side by side, as each mostly waits for the broker.
   */
  record Together(List<? extends AutoCloseable> parts) implements AutoCloseable {
    @Override
    public void close() {
      List<Thread> closing =
          parts.stream().map(part -> Thread.startVirtualThread(() -> Server.close(part))).toList();
      try {
        for (Thread thread : closing) {
          thread.join();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
