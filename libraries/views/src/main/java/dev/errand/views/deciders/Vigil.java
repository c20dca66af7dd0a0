package dev.errand.views.deciders;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Knows from when on its decider has been looking without a gap. A start, a suspended machine and a
 * broker that is gone are gaps: what was silent meanwhile may only have gone unheard.
 */
final class Vigil {
  /** Six looks missed: the process was stopped, or the machine slept. */
  private static final Duration MAX_GAP = LifecycleTopology.SCAN_INTERVAL.multipliedBy(6);

  private final Duration maxBrokerSilence;
  private @Nullable Instant lastLook;
  private Instant since = Instant.EPOCH;

  /**
   * A broker that was gone for less than a quarter of the limit is no gap: it is back, and what the
   * nodes say has come through again, long before the limit.
   *
   * @param nodeSilence how long a node may say nothing, many times the 3 s of a group's heartbeat
   */
  Vigil(Duration nodeSilence) {
    maxBrokerSilence = nodeSilence.dividedBy(4);
  }

  /** Looks once more; from when on nothing has been missed. */
  Instant look(Instant now, Duration brokerSilence) {
    if (lastLook == null
        || lastLook.plus(MAX_GAP).isBefore(now)
        || brokerSilence.compareTo(maxBrokerSilence) > 0) {
      since = now;
    }
    lastLook = now;
    return since;
  }
}
