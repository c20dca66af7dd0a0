package dev.errand.standalone;

import dev.errand.agentrunner.AgentRunnerService;
import dev.errand.agentrunner.AgentRunnerSettings;
import dev.errand.artifacts.ArtifactStore;
import dev.errand.artifacts.FileArtifactStore;
import dev.errand.diffcollector.DiffCollectorService;
import dev.errand.diffcollector.DiffCollectorSettings;
import dev.errand.egress.EgressProxy;
import dev.errand.egress.EgressSettings;
import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.BoxesSettings;
import dev.errand.sandbox.Engine;
import dev.errand.sandbox.EngineSettings;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.stage.StageHost;
import dev.errand.standalone.ServerSettings.Service;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Builds the worker services of a node from what they share: engine, boxes, proxy, artifacts. */
@ApplicationScoped
public class WorkerParts {
  private final AgentRunnerSettings agentRunner;
  private final DiffCollectorSettings diffCollector;
  private final EgressSettings egress;

  @Inject
  WorkerParts(
      AgentRunnerSettings agentRunner, DiffCollectorSettings diffCollector, EgressSettings egress) {
    this.agentRunner = agentRunner;
    this.diffCollector = diffCollector;
    this.egress = egress;
  }

  /** Starts the workers among the services; returns what is to be closed, the last one first. */
  List<AutoCloseable> start(Set<Service> services, StageHost host, DataFolder data) {
    List<AutoCloseable> parts = new ArrayList<>();
    Engine engine = Engine.connect(EngineSettings.of(System.getenv()));
    parts.add(engine);
    Boxes boxes =
        new Boxes(engine, BoxesSettings.of(data.installation(), host.node(), data.boxes()));
    parts.add(boxes);
    EgressProxy proxy = new EgressProxy(egress);
    parts.add(proxy);
    ArtifactStore artifacts = artifacts(data);
    if (services.contains(Service.AGENT_RUNNER)) {
      var service = new AgentRunnerService(host, boxes, proxy, artifacts, agentRunner);
      parts.add(service);
      service.start();
    }
    if (services.contains(Service.DIFF_COLLECTOR)) {
      var service = new DiffCollectorService(host, boxes, artifacts, diffCollector);
      parts.add(service);
      service.start();
    }
    return parts;
  }

  static ArtifactStore artifacts(DataFolder data) {
    try {
      return new FileArtifactStore(data.artifacts());
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "the artifact store cannot be made: " + e.getMessage(), e);
    }
  }
}
