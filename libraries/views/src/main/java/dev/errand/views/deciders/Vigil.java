package dev.errand.views.deciders;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Knows from when on its decider has been looking without a gap. A start, a suspended machine and a
 * broker that is gone are gaps: what was silent meanwhile may only have gone unheard.
 */
final class Vigil {
  /** The heartbeat goes every 3 s; five missed ones are an outage. */
  private static final Duration MAX_BROKER_SILENCE = Duration.ofSeconds(15);

  /** Six looks missed: the process was stopped, or the machine slept. */
  private static final Duration MAX_GAP = LifecycleTopology.SCAN_INTERVAL.multipliedBy(6);

  private @Nullable Instant lastLook;
  private Instant since = Instant.EPOCH;

  /** Looks once more; from when on nothing has been missed. */
  Instant look(Instant now, Duration brokerSilence) {
    if (lastLook == null
        || lastLook.plus(MAX_GAP).isBefore(now)
        || brokerSilence.compareTo(MAX_BROKER_SILENCE) > 0) {
      since = now;
    }
    lastLook = now;
    return since;
  }
}
