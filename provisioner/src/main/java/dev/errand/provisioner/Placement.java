package dev.errand.provisioner;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.AttemptPlaced;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import dev.errand.stage.Lease;
import dev.errand.stage.Position;
import dev.errand.stage.StageHost;
import java.time.Duration;
import java.util.Optional;

/**
 * Makes this node a run's owner. Two nodes may draw the same run, when a lease was lost: both
 * append {@code attempts.placed}, the lower offset owns it, and each reads that before it does
 * anything that costs.
 */
final class Placement {
  private static final StageName PLACED = new StageName("placed");

  /** The broker has just acknowledged the fact: reading it back is a matter of milliseconds. */
  private static final Duration READ_BACK = Duration.ofSeconds(30);

  private final StageHost host;

  Placement(StageHost host) {
    this.host = host;
  }

  /**
   * Returns when the run is this node's.
   *
   * @throws Lease.RunOverException when another node was first: for us there is nothing to do
   * @throws ErrandException BROKER_UNAVAILABLE when our own fact does not come back in 30 s
   */
  void own(RunId run, Lease lease) throws InterruptedException {
    Optional<NodeName> owner = host.ledger().owner(run);
    if (owner.isEmpty()) {
      Position position =
          host.writer()
              .append(
                  Topic.ATTEMPTS_PLACED,
                  lease.input().then(PLACED, run.turn(), run.run()),
                  new AttemptPlaced(run, host.node()));
      if (!host.ledger().await(position, READ_BACK)) {
        throw new ErrandException(
            FailureCode.BROKER_UNAVAILABLE, "the placement of %s is not to be read".formatted(run));
      }
      owner = host.ledger().owner(run);
    }
    if (!owner.equals(Optional.of(host.node()))) {
      throw new Lease.RunOverException(run);
    }
  }
}
