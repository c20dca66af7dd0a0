package dev.errand.schemas;

import dev.errand.schemas.ids.NodeName;
import org.jspecify.annotations.Nullable;

/**
 * What one turn of an attempt is to do, and what it goes on from.
 *
 * @param prompt UTF-8, 1 byte to {@link TaskSpec#MAX_PROMPT_BYTES}
 * @param patch the attempt's diff before this turn; null in the first turn, and only there
 * @param node where the container of the turn before may be kept; null where nobody knows
 * @param kept whether the run's container is that one: it holds the diff already
 */
public record Turn(String prompt, @Nullable Patch patch, @Nullable NodeName node, boolean kept) {

  /** An attempt's first. */
  public static Turn first(String prompt) {
    return new Turn(prompt, null, null, false);
  }

  /** The same turn, in the container of the turn before or in another. */
  public Turn in(boolean keptContainer) {
    return new Turn(prompt, patch, node, keptContainer);
  }
}
