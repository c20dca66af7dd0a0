package dev.errand.sandbox;

import dev.errand.schemas.ids.NodeName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What all boxes of a node have in common.
 *
 * @param installation tells our containers from those of another installation on the same engine
 * @param root absolute and at most {@link #MAX_ROOT_BYTES} long; made with mode 0700
 * @param reserveBytes what boxes' disks leave free beside them; 0 leaves nothing
 */
public record BoxesSettings(
    String installation, NodeName node, Path root, Isolation isolation, long reserveBytes) {
  /** A socket's path has 107 bytes; "/" + box id (12) + "/" + the longest socket's name (36). */
  public static final int MAX_ROOT_BYTES = 107 - 1 - 12 - 1 - 36;

  /**
   * @throws IllegalArgumentException when the root is relative or too long, or the installation is
   *     no label
   */
  public BoxesSettings {
    int bytes = root.toString().getBytes(StandardCharsets.UTF_8).length;
    if (!root.isAbsolute() || bytes > MAX_ROOT_BYTES) {
      throw new IllegalArgumentException(
          "the boxes' folder %s must be absolute and at most %d bytes long"
              .formatted(root, MAX_ROOT_BYTES));
    }
    if (!installation.matches("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}")) {
      throw new IllegalArgumentException("'%s' cannot be a label".formatted(installation));
    }
  }

  /** With every rule, on the engine's default runtime, on a disk without a reserve. */
  public static BoxesSettings of(String installation, NodeName node, Path root) {
    return new BoxesSettings(installation, node, root, Isolation.DEFAULT, 0);
  }

  /**
   * How boxes are kept apart.
   *
   * @param pids the most processes and threads of one box
   * @param runtime the engine's runtime; null is its default
   * @param without rules that this installation does without
   * @param userNamespace whether no box may share its users with the machine
   */
  public record Isolation(
      int pids, @Nullable String runtime, Set<Rule> without, boolean userNamespace) {
    /** Enough for a parallel build in several languages; a fork bomb is stopped in milliseconds. */
    public static final int DEFAULT_PIDS = 2_048;

    /** Every rule holds; a user namespace is for the engine to give. */
    public static final Isolation DEFAULT = new Isolation(DEFAULT_PIDS, null, Set.of(), false);

    /**
     * @throws IllegalArgumentException when pids are outside 64 to 32768
     */
    public Isolation {
      if (pids < 64 || pids > 32_768) {
        throw new IllegalArgumentException("%d pids are outside 64 to 32768".formatted(pids));
      }
      without = Set.copyOf(without);
    }

    /** Whether boxes are kept to it, so that a box is refused where it does not hold. */
    public boolean holds(Rule rule) {
      return !without.contains(rule);
    }

    /**
     * What a box is promised to be kept from, and what an engine may be unable to hold. A box is
     * refused where one does not hold, unless the installation says that it does without it.
     */
    public enum Rule {
      /** The box's files take no more than its limit, in bytes and in inodes. */
      DISK,

      /** Only the system calls that builds need: {@link SeccompProfile}. */
      SECCOMP
    }
  }
}
