package dev.errand.views.deciders;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Knows from when on its decider has been looking and hearing without a gap. A start, a suspended
 * machine, a thread that waited for its broker and a broker that is gone are gaps: what was silent
 * meanwhile may only have gone unheard. That it hears, a decider knows from the words of its own
 * front door: they go the way that every node's go.
 */
final class Vigil {
  /** Both come every 5 s: one of each may be late. */
  private static final Duration MIN_GAP = LifecycleTopology.SCAN_INTERVAL.multipliedBy(2);

  private final Duration maxGap;
  private @Nullable Instant lastLook;
  private Instant since = Instant.EPOCH;

  /**
   * Less than a quarter of the limit is no gap: what the nodes say has come through again long
   * before the limit.
   *
   * @param nodeSilence how long a node may say nothing, at least 20 s
   */
  Vigil(Duration nodeSilence) {
    Duration quarter = nodeSilence.dividedBy(4);
    maxGap = quarter.compareTo(MIN_GAP) > 0 ? quarter : MIN_GAP;
  }

  /**
   * Looks once more; from when on nothing has been missed.
   *
   * @param heard when the own front door's last word came through; null when none has
   */
  Instant look(Instant now, @Nullable Instant heard) {
    if (isGap(lastLook, now) || isGap(heard, now)) {
      since = now;
    }
    lastLook = now;
    return since;
  }

  private boolean isGap(@Nullable Instant last, Instant now) {
    return last == null || last.plus(maxGap).isBefore(now);
  }
}
