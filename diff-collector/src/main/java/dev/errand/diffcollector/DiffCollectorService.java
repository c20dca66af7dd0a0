package dev.errand.diffcollector;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.sandbox.Boxes;
import dev.errand.stage.StageHost;
import dev.errand.stage.StageRunner;
import dev.errand.stage.heartbeat.Heartbeat;
import dev.errand.stage.heartbeat.Heartbeat.Said;

/** What the diff collector's process is made of. */
public final class DiffCollectorService implements AutoCloseable {
  private final StageRunner runner;
  private final Heartbeat heartbeat;

  public DiffCollectorService(
      StageHost host, Boxes boxes, ArtifactStore artifacts, DiffCollectorSettings settings) {
    runner =
        new StageRunner(
            host,
            new CollectDiffStage(boxes, artifacts, settings),
            () -> Integer.MAX_VALUE); // an executed run has its permit already
    heartbeat = new Heartbeat(host, "diff-collector", () -> Said.holding(runner.held()));
  }

  /** Starts to draw executed runs; returns at once. */
  public void start() {
    runner.start();
    heartbeat.start();
  }

  /** Stops watching; the next process joins what goes on. */
  @Override
  public void close() {
    heartbeat.close();
    runner.close();
  }
}
