package dev.errand.agentrunner;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.egress.EgressProxy;
import dev.errand.sandbox.Boxes;
import dev.errand.schemas.Event;
import dev.errand.stage.StageHost;
import dev.errand.stage.StageRunner;
import java.util.List;

/** What the agent runner's process is made of. */
public final class AgentRunnerService implements AutoCloseable {
  private final StageRunner runner;

  public AgentRunnerService(
      StageHost host,
      Boxes boxes,
      EgressProxy proxy,
      ArtifactStore artifacts,
      AgentRunnerSettings settings) {
    runner =
        new StageRunner(
            host,
            new RunAgentStage(boxes, proxy, artifacts, settings),
            () -> Integer.MAX_VALUE); // a prepared run has its permit already
  }

  /** Starts to draw prepared runs; returns at once. */
  public void start() {
    runner.start();
  }

  /** The runs whose agent is watched, for the node's report. */
  public List<Event.Held> held() {
    return runner.held();
  }

  /** Stops watching; agents go on, and the next process joins them. */
  @Override
  public void close() {
    runner.close();
  }
}
