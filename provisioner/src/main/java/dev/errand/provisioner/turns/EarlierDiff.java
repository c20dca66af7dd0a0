package dev.errand.provisioner.turns;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.PhaseSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Patch;
import dev.errand.schemas.ids.RunId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;

/**
 * Brings the tree of a fresh box to where the attempt's last turn has left it. After setup and
 * maintenance, which have secrets: nothing that an agent wrote may run among those.
 *
 * <p>An index of ours is made of the task's commit and the diff, and the files that differ are
 * written from it: what a setup has left in the tree is no obstacle. What the patch says was
 * validated when it was collected, and git writes nothing outside of the tree.
 */
public final class EarlierDiff {
  /** In the box's folder while it is applied. */
  private static final String FILE = "turn.patch";

  static final String SCRIPT =
      """
      set -eu
      umask 022
      cd "$WORKTREE"
      exec 8< "$PROGRAMS" # where our programs look for their libraries
      ours() {
        LD_LIBRARY_PATH=/proc/self/fd/8 /proc/self/fd/8/git "$@"
      }
      own=$(mktemp -d)
      mkdir -p "$own/git/objects" "$own/git/refs"
      echo 'ref: refs/heads/none' > "$own/git/HEAD"
      {
        printf '[core]\nbare = false\nfileMode = true\nsymlinks = true\nautocrlf = false\n'
        printf 'hooksPath = /dev/null\nattributesFile = /dev/null\n'
        if [ ${#COMMIT} -eq 64 ]; then
          printf 'repositoryformatversion = 1\n[extensions]\nobjectFormat = sha256\n'
        else
          printf 'repositoryformatversion = 0\n'
        fi
      } > "$own/git/config"
      export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_ATTR_NOSYSTEM=1
      export GIT_NO_REPLACE_OBJECTS=1 GIT_TERMINAL_PROMPT=0
      export GIT_DIR=$own/git GIT_WORK_TREE=$WORKTREE
      export GIT_ALTERNATE_OBJECT_DIRECTORIES=$MIRROR/objects
      ours read-tree "$COMMIT^{tree}"
      ours apply --cached --binary --whitespace=nowarn "$PATCH"
      differ() {
        ours diff-index --cached --no-renames --name-only -z "--diff-filter=$1" "$COMMIT"
      }
      differ D > "$own/gone"
      differ d > "$own/there"
      xargs -0 -r rm -rf -- < "$own/gone"
      ours checkout-index -f -z --stdin < "$own/there"
      rm -rf "$own"
      """;

  private final Boxes boxes;
  private final ArtifactStore artifacts;

  public EarlierDiff(Boxes boxes, ArtifactStore artifacts) {
    this.boxes = boxes;
    this.artifacts = artifacts;
  }

  /**
   * Puts the diff where the phase finds it; {@link #remove} takes it away when that is over.
   *
   * @throws ErrandException ARTIFACT_MISSING
   * @throws IOException when the disk refuses
   */
  public void place(Patch patch, Box box) throws IOException {
    Path file = boxes.socket(box, FILE);
    Path draft = file.resolveSibling(FILE + ".new");
    try (InputStream bytes =
        artifacts
            .open(patch.digest())
            .orElseThrow(
                () ->
                    new ErrandException(
                        FailureCode.ARTIFACT_MISSING, "the attempt's diff is not in the store"))) {
      Files.copy(bytes, draft, StandardCopyOption.REPLACE_EXISTING);
    }
    // The box's root may be a stranger to this user's files.
    Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("r--r--r--"));
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Not while git may be at it. */
  public void remove(Box box) throws IOException {
    Files.deleteIfExists(boxes.socket(box, FILE));
  }

  /**
   * What applies it; exit code 0 when the tree has it.
   *
   * @param worktree in the box, as the mirror is
   */
  public static PhaseSpec phase(
      RunId run, Patch patch, String worktree, String mirror, Duration timeout) {
    return new PhaseSpec(
        "earlier-" + run.turn(),
        PhaseSpec.Kind.CHECKOUT,
        SCRIPT,
        worktree,
        Map.of(
            "WORKTREE",
            worktree,
            "MIRROR",
            mirror,
            "PROGRAMS",
            Boxes.PROGRAMS_INSIDE,
            "COMMIT",
            patch.base().value(),
            "PATCH",
            Boxes.SOCKETS_INSIDE + "/" + FILE),
        Map.of(),
        null,
        timeout);
  }
}
