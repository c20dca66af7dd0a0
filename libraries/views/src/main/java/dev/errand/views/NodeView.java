package dev.errand.views;

import dev.errand.schemas.Failure;
import dev.errand.schemas.Held;
import dev.errand.schemas.ids.NodeName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a node last said of itself.
 *
 * @param seenAt when any of its services last spoke, by its own clock
 * @param heardAt when that came through, by this process's clock: what silence is measured from, as
 *     a node's clock may be wrong
 * @param permits how many attempts it can hold
 * @param freePermits how many more it would take
 * @param services by name
 * @param unfit why it takes nothing new; null when it does
 * @param trouble what an operator has to look at beside that; null when nothing
 */
public record NodeView(
    NodeName node,
    Instant seenAt,
    Instant heardAt,
    int permits,
    int freePermits,
    List<Service> services,
    @Nullable Failure unfit,
    @Nullable Failure trouble) {

  /**
   * One of the node's worker services.
   *
   * @param epoch when its process started
   */
  public record Service(
      String name, Instant epoch, Instant seenAt, Instant heardAt, List<Held> held) {
    public Service {
      held = List.copyOf(held);
    }
  }

  /** Twelve heartbeats missed: what it said then says nothing of now. */
  private static final Duration SILENCE = Duration.ofSeconds(60);

  public NodeView {
    services = List.copyOf(services);
  }

  /**
   * Why none of the nodes that live takes anything new; empty when one does, or none lives.
   *
   * @param now by the clock of whoever asks
   */
  public static Optional<Failure> lackOfAll(List<NodeView> nodes, Instant now) {
    List<NodeView> live =
        nodes.stream().filter(node -> node.seenAt().plus(SILENCE).isAfter(now)).toList();
    return live.stream().anyMatch(node -> node.unfit() == null)
        ? Optional.empty()
        : live.stream().map(NodeView::unfit).filter(Objects::nonNull).findFirst();
  }
}
