package dev.errand.views.deciders;

import dev.errand.schemas.ids.NodeName;
import java.time.Instant;
import java.util.Map;

/**
 * What a decider sees when it looks at the clock.
 *
 * @param since from when on it has seen everything: silence and delay from before it do not count
 * @param lastSeen when each node last spoke; nodes that never did are missing
 */
record Sight(Instant now, Instant since, Map<NodeName, Instant> lastSeen) {
  Sight {
    lastSeen = Map.copyOf(lastSeen);
  }
}
