package dev.errand.views.deciders;

import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What a decider sees when it looks at the clock.
 *
 * @param since from when on it has seen everything: silence and delay from before it do not count
 * @param silence how long a node may say nothing before it counts as lost
 * @param lastHeard when anything of each node was last heard; nodes that never were are missing. A
 *     service that is away while others of its node speak loses no run: its facts wait for it, and
 *     what runs in boxes goes on
 * @param unheld the runs that nobody holds and nothing queues, and since when
 */
record Sight(
    Instant now,
    Instant since,
    Duration silence,
    Map<NodeName, Instant> lastHeard,
    Map<RunId, Instant> unheld) {
  Sight {
    lastHeard = Map.copyOf(lastHeard);
    unheld = Map.copyOf(unheld);
  }
}
