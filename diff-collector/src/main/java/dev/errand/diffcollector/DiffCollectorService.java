package dev.errand.diffcollector;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.sandbox.Boxes;
import dev.errand.schemas.Event.Held;
import dev.errand.stage.StageHost;
import dev.errand.stage.StageRunner;
import java.util.List;

/** What the diff collector's process is made of. */
public final class DiffCollectorService implements AutoCloseable {
  private final StageRunner runner;

  public DiffCollectorService(
      StageHost host, Boxes boxes, ArtifactStore artifacts, DiffCollectorSettings settings) {
    runner =
        new StageRunner(
            host,
            new CollectDiffStage(boxes, artifacts, settings),
            () -> Integer.MAX_VALUE); // an executed run has its permit already
  }

  /** Starts to draw executed runs; returns at once. */
  public void start() {
    runner.start();
  }

  /** The runs whose diff is being made, for the node's report. */
  public List<Held> held() {
    return runner.held();
  }

  /** Stops watching; the next process joins what goes on. */
  @Override
  public void close() {
    runner.close();
  }
}
