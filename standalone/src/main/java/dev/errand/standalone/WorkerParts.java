package dev.errand.standalone;

import dev.errand.agentrunner.AgentRunnerService;
import dev.errand.agentrunner.AgentRunnerSettings;
import dev.errand.diffcollector.DiffCollectorService;
import dev.errand.diffcollector.DiffCollectorSettings;
import dev.errand.egress.EgressProxy;
import dev.errand.egress.EgressSettings;
import dev.errand.provisioner.NodeTools;
import dev.errand.provisioner.ProvisionerService;
import dev.errand.provisioner.ProvisionerSettings;
import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.BoxesSettings;
import dev.errand.sandbox.BoxesSettings.Isolation;
import dev.errand.sandbox.Engine;
import dev.errand.sandbox.EngineSettings;
import dev.errand.schemas.Event.SecretSealed;
import dev.errand.schemas.Topic;
import dev.errand.stage.StageHost;
import dev.errand.stage.Table;
import dev.errand.standalone.ServerSettings.Demand;
import dev.errand.standalone.ServerSettings.Service;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds the worker services of a node from what they share: engine, boxes, proxy, artifacts. */
@ApplicationScoped
public class WorkerParts {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerParts.class);
  private static final Set<Service> WORKERS =
      Set.of(Service.PROVISIONER, Service.AGENT_RUNNER, Service.DIFF_COLLECTOR);

  private final ServerSettings server;
  private final ProvisionerSettings provisioner;
  private final AgentRunnerSettings agentRunner;
  private final DiffCollectorSettings diffCollector;
  private final EgressSettings egress;

  @Inject
  WorkerParts(
      ServerSettings server,
      ProvisionerSettings provisioner,
      AgentRunnerSettings agentRunner,
      DiffCollectorSettings diffCollector,
      EgressSettings egress) {
    this.server = server;
    this.provisioner = provisioner;
    this.agentRunner = agentRunner;
    this.diffCollector = diffCollector;
    this.egress = egress;
  }

  /**
   * Starts the workers among the services; returns what is to be closed, the last one first.
   *
   * @throws InterruptedException when the process is asked to end meanwhile
   */
  List<AutoCloseable> start(Set<Service> services, StageHost host, NodeParts node)
      throws InterruptedException {
    List<AutoCloseable> parts = new ArrayList<>();
    if (services.stream().noneMatch(WORKERS::contains)) {
      return parts;
    }
    Engine engine = Engine.open(EngineSettings.of(System.getenv()));
    parts.add(engine);
    Boxes boxes =
        new Boxes(
            engine,
            new BoxesSettings(
                node.data().installation(),
                host.node(),
                node.data().boxes(),
                isolation(),
                server.diskReserveBytes()));
    parts.add(boxes);
    EgressProxy proxy = new EgressProxy(egress);
    parts.add(proxy);
    List<AutoCloseable> running = new ArrayList<>();
    if (services.contains(Service.AGENT_RUNNER)) {
      var service = new AgentRunnerService(host, boxes, proxy, node.artifacts(), agentRunner);
      running.add(service);
      service.start();
    }
    if (services.contains(Service.DIFF_COLLECTOR)) {
      var service = new DiffCollectorService(host, boxes, node.artifacts(), diffCollector);
      running.add(service);
      service.start();
    }
    if (services.contains(Service.PROVISIONER)) {
      Table<SecretSealed> secrets =
          Table.follow(host.connection(), host.wire(), Topic.SECRETS, SecretSealed.class);
      parts.add(secrets);
      NodeTools tools =
          new NodeTools(
              engine, boxes, node.mirrors(), proxy, node.vault(), secrets, node.artifacts());
      var service = new ProvisionerService(host, tools, provisioner);
      running.add(service);
      service.start();
    }
    parts.add(new Server.Together(running));
    return parts;
  }

  private Isolation isolation() {
    ServerSettings.Boxes settings = server.boxes();
    Set<Isolation.Rule> without = settings.without().orElse(Set.of());
    if (!without.isEmpty()) {
      LOG.warn("Boxes are made without {}: errand.server.boxes.without says so", without);
    }
    return new Isolation(
        settings.pids(),
        settings.runtime().orElse(null),
        without,
        settings.userNamespace() == Demand.REQUIRED);
  }
}
