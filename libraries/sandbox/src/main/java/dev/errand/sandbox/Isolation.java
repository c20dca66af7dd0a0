package dev.errand.sandbox;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How boxes are kept apart.
 *
 * @param pids the most processes and threads of one box
 * @param runtime the engine's runtime; null is its default
 * @param without rules that this installation does without
 */
public record Isolation(int pids, @Nullable String runtime, Set<Rule> without) {
  /** Enough for a parallel build in several languages; a fork bomb is stopped in milliseconds. */
  public static final int DEFAULT_PIDS = 2_048;

  /** Every rule holds. */
  public static final Isolation DEFAULT = new Isolation(DEFAULT_PIDS, null, Set.of());

  public Isolation {
    without = Set.copyOf(without);
  }

  boolean holds(Rule rule) {
    return !without.contains(rule);
  }
}
