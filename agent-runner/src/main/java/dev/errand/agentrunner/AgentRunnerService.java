package dev.errand.agentrunner;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.egress.EgressProxy;
import dev.errand.sandbox.Boxes;
import dev.errand.stage.StageHost;
import dev.errand.stage.StageRunner;
import dev.errand.stage.heartbeat.Heartbeat;
import dev.errand.stage.heartbeat.Heartbeat.Said;

/** What the agent runner's process is made of. */
public final class AgentRunnerService implements AutoCloseable {
  private final StageRunner runner;
  private final Heartbeat heartbeat;

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
    heartbeat = new Heartbeat(host, "agent-runner", () -> Said.holding(runner.held()));
  }

  /** Starts to draw prepared runs; returns at once. */
  public void start() {
    runner.start();
    heartbeat.start();
  }

  /** Stops watching; agents go on, and the next process joins them. */
  @Override
  public void close() {
    heartbeat.close();
    runner.close();
  }
}
