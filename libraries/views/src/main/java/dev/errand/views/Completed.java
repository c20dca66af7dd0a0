package dev.errand.views;

import org.jspecify.annotations.Nullable;

/**
 * The lifecycle decider's word that a task is complete.
 *
 * @param best 0 when nothing was presented
 * @param turns that all attempts had had together; 0 from who knew no second one
 */
public record Completed(Origin origin, int best, int turns) implements Sited {
  /** The word about more turns; of two about the same, what was appended last. */
  static @Nullable Completed newer(@Nullable Completed one, @Nullable Completed other) {
    if (one == null || other == null || one.turns == other.turns) {
      return Sited.last(one, other);
    }
    return one.turns > other.turns ? one : other;
  }

  /** Whether it is about so many turns, of so many attempts. */
  boolean covers(int allTurns, int attempts) {
    return Math.max(turns, attempts) == allTurns;
  }
}
