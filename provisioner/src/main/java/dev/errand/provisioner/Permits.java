package dev.errand.provisioner;

import dev.errand.schemas.ids.RunId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * Room for attempts on this node: all that it can hold, less the runs that are placed here and not
 * over, less those that are being placed right now. Counted from the ledger each time, so nothing
 * is to be given back and a restart forgets nothing. Safe for any thread.
 *
 * <p>A run that was placed and whose container nobody creates now, since its process was killed or
 * the engine did not answer, has no permit: it waits to be drawn again, for which there must be
 * room.
 */
final class Permits {
  /** A stage has at most as many slots, and setup needs one for each attempt. */
  static final int MAX = 96;

  /** What a typical build takes; limits are upper bounds that most attempts never meet. */
  private static final long TYPICAL_BYTES = 2L << 30;

  /** From a stage's end until its fact has been read takes milliseconds. */
  private static final Duration READ_BACK = Duration.ofSeconds(2);

  private final IntSupplier total;
  private final Runs runs;
  private final InstantSource clock;
  private final Map<RunId, Instant> stranded = new HashMap<>(); // guarded by this

  /** Where a node's runs are. */
  interface Runs {
    /** Those that this node owns and that are not over. */
    Collection<RunId> placed();

    /** Those whose container is being created. */
    Collection<RunId> beingCreated();

    boolean hasBox(RunId run);
  }

  Permits(IntSupplier total, Runs runs, InstantSource clock) {
    this.total = total;
    this.runs = runs;
    this.clock = clock;
  }

  /** Two attempts a core, as they mostly wait for a model, in three quarters of the memory. */
  static int fitting(int cpus, long memoryBytes) {
    long byMemory = memoryBytes / 4 * 3 / TYPICAL_BYTES;
    return Math.clamp(Math.min(2L * cpus, byMemory), 1, MAX);
  }

  int total() {
    return total.getAsInt();
  }

  /** How many more attempts may be drawn now; never below 0. */
  synchronized int free() {
    Set<RunId> busy = new HashSet<>(runs.beingCreated());
    Set<RunId> idle = new HashSet<>();
    for (RunId run : runs.placed()) {
      if (runs.hasBox(run)) {
        busy.add(run);
      } else if (!busy.contains(run)) {
        idle.add(run);
      }
    }
    stranded.keySet().retainAll(idle);
    Instant now = clock.instant();
    for (RunId run : idle) {
      if (stranded.computeIfAbsent(run, _ -> now).plus(READ_BACK).isAfter(now)) {
        busy.add(run);
      }
    }
    return Math.max(0, total() - busy.size());
  }
}
