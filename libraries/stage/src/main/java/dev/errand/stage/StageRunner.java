package dev.errand.stage;

import dev.errand.schemas.Event;
import java.util.List;
import java.util.function.IntSupplier;

/** Runs one stage on one node. */
public final class StageRunner implements AutoCloseable {
  /**
   * @param room how many more jobs may be drawn now, beside the stage's slots; called often
   */
  public StageRunner(StageHost host, Stage<?, ?> stage, IntSupplier room) {
    throw new UnsupportedOperationException(host + " " + stage + " " + room);
  }

  /** Starts to draw when the ledger has caught up; returns at once. */
  public void start() {}

  /** The runs that it is working on. */
  public List<Event.Held> held() {
    return List.of();
  }

  /** Stops to draw and to watch; the work goes on without us. */
  @Override
  public void close() {}
}
