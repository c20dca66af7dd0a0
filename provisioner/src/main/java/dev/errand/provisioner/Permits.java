package dev.errand.provisioner;

import dev.errand.schemas.Event.Held;
import dev.errand.schemas.ids.RunId;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Room for attempts on this node: all that it can hold, less the runs that are placed here and not
 * over, less those that are being placed right now. Counted from the ledger each time, so nothing
 * is to be given back and a restart forgets nothing.
 */
final class Permits {
  /** A stage has at most as many slots, and setup needs one for each attempt. */
  static final int MAX = 96;

  /** What a typical build takes; limits are upper bounds that most attempts never meet. */
  private static final long TYPICAL_BYTES = 2L << 30;

  private final int total;
  private final Supplier<? extends Collection<RunId>> placed;
  private final Supplier<List<Held>> beingPlaced;

  Permits(
      int total, Supplier<? extends Collection<RunId>> placed, Supplier<List<Held>> beingPlaced) {
    this.total = total;
    this.placed = placed;
    this.beingPlaced = beingPlaced;
  }

  /** Two attempts a core, as they mostly wait for a model, in three quarters of the memory. */
  static int fitting(int cpus, long memoryBytes) {
    long byMemory = memoryBytes / 4 * 3 / TYPICAL_BYTES;
    return Math.clamp(Math.min(2L * cpus, byMemory), 1, MAX);
  }

  int total() {
    return total;
  }

  /** How many more attempts may be drawn now; never below 0. */
  int free() {
    Set<RunId> runs = new HashSet<>();
    beingPlaced.get().forEach(held -> runs.add(held.run()));
    runs.addAll(placed.get());
    return Math.max(0, total - runs.size());
  }
}
