package dev.errand.sandbox;

import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.RunId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A box as the engine showed it at one moment.
 *
 * @param run who has claimed it; null while nobody has
 * @param running whether its runner was alive; a dead box never runs again
 * @param labels what the container was created with, those of its image included
 */
public record Box(
    BoxId id,
    @Nullable RunId run,
    String containerId,
    boolean running,
    Map<String, String> labels) {
  public Box {
    labels = Map.copyOf(labels);
  }
}
