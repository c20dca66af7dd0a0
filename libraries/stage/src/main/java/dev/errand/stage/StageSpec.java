package dev.errand.stage;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.StageName;
import java.time.Duration;

/**
 * What a stage takes and makes, and how much of it at once.
 *
 * @param name part of event ids, journal files and the share group, so it never changes
 * @param slots how many facts one node works on at once, 1 to {@link #MAX_SLOTS}
 * @param timeout from a fact's first draw on this node to its output, restarts included
 * @param <I> the fact that it takes
 * @param <O> the fact that it makes
 */
@SuppressWarnings("UnusedTypeParameter") // O ties the spec to its stage's process
public record StageSpec<I extends Event, O extends Event>(
    StageName name, Topic input, Topic output, Class<I> takes, int slots, Duration timeout) {
  /**
   * Each long job may hold one member of the share group, and a broker takes 200 a group: this
   * leaves room for two nodes at their limit. Source: group.share.max.size.
   */
  public static final int MAX_SLOTS = 96;

  /**
   * @throws IllegalArgumentException when slots or timeout are out of range, or the input topic
   *     holds another fact
   */
  public StageSpec {
    if (slots < 1 || slots > MAX_SLOTS) {
      throw new IllegalArgumentException("%s: slots are 1 to %d".formatted(name, MAX_SLOTS));
    }
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException(name + ": the timeout is not positive");
    }
    if (!input.event().equals(takes)) {
      throw new IllegalArgumentException(
          "%s: %s holds no %s".formatted(name, input.pattern(), takes.getSimpleName()));
    }
  }

  /** The share group: one for all nodes, but one for each node where the input is the node's. */
  String group(NodeName node) {
    return input.isOfNode() ? "errand-" + node + "-" + name : "errand-" + name;
  }
}
