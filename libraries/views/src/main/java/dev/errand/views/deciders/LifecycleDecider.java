package dev.errand.views.deciders;

import dev.errand.views.streams.StreamsSettings;

/** Decides what no stage can: completion, cancellation, lost nodes, overall deadlines. */
public final class LifecycleDecider implements AutoCloseable {
  private LifecycleDecider() {}

  public static LifecycleDecider start(StreamsSettings settings) {
    return new LifecycleDecider();
  }

  public boolean ready() {
    return false;
  }

  @Override
  public void close() {}
}
