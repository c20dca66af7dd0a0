package dev.errand.sandbox;

import com.github.dockerjava.api.model.Container;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.RunId;
import java.util.ArrayList;
import java.util.List;
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
  static final String UNCLAIMED = "errand-box-";
  static final String CLAIMED = "errand-";
  static final String ID_LABEL = "errand.box";
  static final String PREPARED_LABEL = "errand.prepared";

  public Box {
    labels = Map.copyOf(labels);
  }

  static Box of(Containers.State state) {
    return of(state.name(), state.id(), state.running(), state.labels());
  }

  static Box of(Container listed) {
    return of(
        name(listed), listed.getId(), "running".equals(listed.getState()), listed.getLabels());
  }

  private static Box of(String name, String id, boolean running, Map<String, String> labels) {
    return new Box(new BoxId(labels.getOrDefault(ID_LABEL, "")), run(name), id, running, labels);
  }

  /** The name of a container that is listed; it may have several through links. */
  private static String name(Container listed) {
    List<String> names = new ArrayList<>(List.of(listed.getNames()));
    names.removeIf(name -> name.lastIndexOf('/') > 0);
    return names.isEmpty() ? "" : Containers.withoutSlash(names.getFirst());
  }

  private static @Nullable RunId run(String name) {
    if (name.startsWith(UNCLAIMED) || !name.startsWith(CLAIMED)) {
      return null;
    }
    return RunId.parse(name.substring(CLAIMED.length()));
  }

  /** Of the box that it was made from; null when that was the image alone. */
  public @Nullable BoxId prepared() {
    String id = labels.getOrDefault(PREPARED_LABEL, "");
    return id.isEmpty() ? null : new BoxId(id);
  }
}
