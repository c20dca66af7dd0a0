package dev.errand.views.deciders;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.wire.Wire;
import dev.errand.views.ViewCodec;
import dev.errand.views.streams.StreamsApp;
import dev.errand.views.streams.StreamsSettings;
import java.time.Duration;

/**
 * Decides what no stage can: that a task is complete, that a message is an attempt's next turn,
 * that an attempt is cancelled wherever it is, that a lost node's runs begin anew or fail, that a
 * run has taken too long. All instances together decide; each about the tasks whose partitions it
 * has. Thread-safe.
 */
public final class LifecycleDecider implements AutoCloseable {
  /** Part of event ids: never changes. */
  static final StageName NAME = new StageName("lifecycle");

  private final StreamsApp app;

  private LifecycleDecider(StreamsApp app) {
    this.app = app;
  }

  /**
   * Starts to decide; the topics exist already.
   *
   * @param node where the own front door says every 5 s that it lives: unheard, nothing counts as
   *     silent
   * @param nodeSilence how long a node may say nothing before it counts as lost
   * @throws ErrandException BROKER_UNAVAILABLE when it cannot start
   */
  public static LifecycleDecider start(
      StreamsSettings settings, Wire wire, NodeName node, Duration nodeSilence) {
    return new LifecycleDecider(
        StreamsApp.start(
            "errand-lifecycle-v" + ViewCodec.FOLD,
            () -> LifecycleTopology.of(wire, node, nodeSilence),
            settings));
  }

  public boolean ready() {
    return app.isRunning();
  }

  @Override
  public void close() {
    app.close();
  }
}
