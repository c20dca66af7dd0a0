package dev.errand.views.deciders;

import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.views.AttemptView;
import dev.errand.views.NodeView;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Since when a run is held by nobody and queued nowhere. A queue cannot be asked; that the stage
 * which would take the run next lives, has nothing to do and still does not take it says that the
 * run's fact is not there. Forgotten at a restart, which only makes the conclusion late. For one
 * thread.
 */
final class Unheld {
  /** Three heartbeats missed: what such a service would take now is not known. */
  private static final Duration FRESH = Duration.ofSeconds(15);

  private Map<Standing, Instant> since = Map.of();

  /** A run at one place of the pipeline. */
  private record Standing(RunId run, AttemptView.State reached) {}

  /** Who takes a run on from a state. */
  private record Taker(String service, String stage) {}

  /** Looks once more at all runs that nodes work on; the answer has those that nobody holds. */
  Map<RunId, Instant> look(List<AttemptView> runs, Map<NodeName, NodeView> nodes, Instant now) {
    Map<Standing, Instant> still = new HashMap<>();
    Map<RunId, Instant> unheld = new HashMap<>();
    for (AttemptView run : runs) {
      NodeName name = run.node();
      NodeView node = name == null ? null : nodes.get(name);
      if (node != null && isUnheld(run, node, now)) {
        Standing standing = new Standing(run.run(), run.reached());
        Instant first = since.getOrDefault(standing, now);
        still.put(standing, first);
        unheld.put(run.run(), first);
      }
    }
    since = still;
    return unheld;
  }

  private static boolean isUnheld(AttemptView run, NodeView node, Instant now) {
    Taker taker = takerFrom(run.reached());
    boolean held =
        node.services().stream()
            .flatMap(service -> service.held().stream())
            .anyMatch(one -> one.run().equals(run.run()));
    boolean waitsForPermit = run.reached() == AttemptView.State.PLACED && node.freePermits() == 0;
    return taker != null
        && !held
        && !waitsForPermit
        && node.services().stream().anyMatch(service -> isIdle(service, taker, now));
  }

  private static boolean isIdle(NodeView.Service service, Taker taker, Instant now) {
    return service.name().equals(taker.service())
        && service.heardAt().plus(FRESH).isAfter(now)
        && service.held().stream().noneMatch(one -> one.stage().value().equals(taker.stage()));
  }

  private static @Nullable Taker takerFrom(AttemptView.State reached) {
    return switch (reached) {
      case REQUESTED, QUEUED, PLACED -> new Taker("provisioner", "container");
      case CONTAINER_CREATED -> new Taker("provisioner", "checkout");
      case CHECKED_OUT -> new Taker("provisioner", "setup");
      case SET_UP -> new Taker("agent-runner", "agent");
      case EXECUTED -> new Taker("diff-collector", "diff");
      case PRESENTED, FAILED, CANCELLED -> null;
    };
  }
}
