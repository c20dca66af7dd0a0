package dev.errand.standalone;

import dev.errand.broker.BrokerSettings;
import dev.errand.broker.EmbeddedBroker;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.wire.Wire;
import dev.errand.stage.FactWriter;
import dev.errand.stage.KafkaConnection;
import dev.errand.stage.Ledger;
import dev.errand.stage.MachineSettings;
import dev.errand.stage.StageHost;
import dev.errand.stage.TopicCatalogue;
import dev.errand.standalone.ServerSettings.Service;
import io.opentelemetry.api.OpenTelemetry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of Errand that run in this process, started in their order and closed in reverse. */
@ApplicationScoped
public class Server implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);

  private final ServerSettings settings;
  private final WorkerParts workers;
  private final OpenTelemetry telemetry;
  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  @Inject
  Server(ServerSettings settings, WorkerParts workers, OpenTelemetry telemetry) {
    this.settings = settings;
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
    Set<Service> services = EnumSet.copyOf(settings.services());
    KafkaConnection connection = connection(services, data);
    TopicCatalogue.ensure(
        connection, node(), settings.kafka().partitions(), settings.kafka().replication());
    if (!services.equals(EnumSet.of(Service.BROKER))) {
      StageHost host = host(connection, data);
      workers.start(services, host, data).forEach(started::push);
    }
    installation.recordProcess(ProcessHandle.current());
    LOG.info("Running {} in {}", services, data.root());
  }

  /** Whether the process is to end once it has started. */
  boolean isTraining() {
    return settings.training();
  }

  private NodeName node() {
    return new NodeName(settings.node());
  }

  private StageHost host(KafkaConnection connection, DataFolder data) {
    Wire wire = Wire.shipped();
    FactWriter writer = new FactWriter(connection, wire);
    started.push(writer);
    Ledger ledger = Ledger.follow(connection, wire);
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
        MachineSettings.defaults());
  }

  private KafkaConnection connection(Set<Service> services, DataFolder data) {
    if (services.contains(Service.BROKER)) {
      EmbeddedBroker broker =
          EmbeddedBroker.start(
              new BrokerSettings(
                  data.kafka(),
                  settings.kafka().port(),
                  settings.kafka().controllerPort(),
                  data.kafkaClient()));
      started.push(broker);
      return new KafkaConnection(broker.bootstrapServers(), broker.clientProperties());
    }
    return settings
        .kafka()
        .bootstrapServers()
        .map(addresses -> new KafkaConnection(addresses, settings.kafka().properties()))
        .orElseGet(() -> embeddedOfAnotherProcess(data.kafkaClient()));
  }

  /** The broker's process writes down how it is reached. */
  private static KafkaConnection embeddedOfAnotherProcess(Path clientFile) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(clientFile)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE,
          "no broker of this installation has been started: %s is missing".formatted(clientFile),
          e);
    }
    Map<String, String> client = new HashMap<>();
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith("sasl.") || name.startsWith("security.")) {
        client.put(name, properties.getProperty(name));
      }
    }
    return new KafkaConnection(properties.getProperty("bootstrap.servers"), client);
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      AutoCloseable part = started.pop();
      try {
        part.close();
      } catch (Exception e) { // the last resort of a process that ends
        LOG.warn("{} did not close: {}", part.getClass().getSimpleName(), e.toString());
      }
    }
  }
}
