package dev.errand.views;

import dev.errand.schemas.Event.Held;
import dev.errand.schemas.ids.NodeName;
import java.time.Instant;
import java.util.List;

/**
 * What a node last said of itself.
 *
 * @param seenAt when any of its services last spoke
 * @param permits how many attempts it can hold
 * @param freePermits how many more it would take
 * @param services by name
 */
public record NodeView(
    NodeName node, Instant seenAt, int permits, int freePermits, List<Service> services) {

  /**
   * One of the node's worker services.
   *
   * @param epoch when its process started
   */
  public record Service(String name, Instant epoch, Instant seenAt, List<Held> held) {
    public Service {
      held = List.copyOf(held);
    }
  }

  public NodeView {
    services = List.copyOf(services);
  }
}
