package dev.errand.views;

import org.jspecify.annotations.Nullable;

/**
 * A part of a view that one record decides: two parts from the same topic are joined by their
 * offsets. A record that is read twice has the same offset, so joining it again changes nothing.
 */
interface Sited {
  Origin origin();

  /** The part whose record was appended first: where the lowest offset is the truth. */
  static <T extends Sited> @Nullable T first(@Nullable T one, @Nullable T other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.origin().offset() <= other.origin().offset() ? one : other;
  }

  /** The part whose record was appended last: where the latest word counts. */
  static <T extends Sited> @Nullable T last(@Nullable T one, @Nullable T other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.origin().offset() >= other.origin().offset() ? one : other;
  }
}
