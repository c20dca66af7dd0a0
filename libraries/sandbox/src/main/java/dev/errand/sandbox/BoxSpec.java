package dev.errand.sandbox;

import dev.errand.schemas.EnvironmentSpec.Limits;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.EnvironmentId;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a box is made of; nothing of it can be changed later.
 *
 * @param image must be on the engine already
 * @param prepared what it starts from beside its image; null when that is nothing
 */
public record BoxSpec(
    BoxId id,
    String image,
    Limits limits,
    EnvironmentId environment,
    @Nullable Prepared prepared,
    List<ReadOnlyMount> mounts) {
  public BoxSpec {
    mounts = List.copyOf(mounts);
  }

  /**
   * What an earlier box of the same image wrote before it was frozen.
   *
   * @param box the frozen one
   * @param fingerprint of all that shaped it
   */
  public record Prepared(BoxId box, String fingerprint) {}

  /**
   * Something of the host that the box may read.
   *
   * @param host an absolute path that the engine's host knows by the same name
   * @param inside below {@code /errand/}
   */
  public record ReadOnlyMount(Path host, String inside) {
    /**
     * @throws IllegalArgumentException when host is relative, or inside lies elsewhere or is taken
     */
    public ReadOnlyMount {
      if (!host.isAbsolute()) {
        throw new IllegalArgumentException("the mount %s is not absolute".formatted(host));
      }
      if (!inside.matches("/errand/[a-z0-9][a-z0-9._-]{0,60}")
          || inside.equals(Boxes.RUNNER_INSIDE)
          || inside.equals(Boxes.SOCKETS_INSIDE)
          || inside.equals(Boxes.PROGRAMS_INSIDE)) {
        throw new IllegalArgumentException("a box has no place %s for a mount".formatted(inside));
      }
    }
  }
}
