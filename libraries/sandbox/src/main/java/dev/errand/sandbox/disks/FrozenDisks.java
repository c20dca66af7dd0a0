package dev.errand.sandbox.disks;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Disks of boxes that have ended, kept as they were: others start from them, each with a disk of
 * its own above, and nobody can change them. A file takes the room of what was written, not of the
 * limit. Thread-safe.
 */
public final class FrozenDisks implements AutoCloseable {
  private final DiskFiles files;

  /** Apart from the one that boxes wait for: the kernel may have gigabytes to write first. */
  private final @Nullable Mounter mounter;

  FrozenDisks(DiskFiles files, @Nullable Mounter mounter) {
    this.files = files;
    this.mounter = mounter;
  }

  /** Whether there are any: not where the installation does without disks. */
  public boolean areKept() {
    return mounter != null;
  }

  /**
   * Keeps the disk of a box whose container is gone; when it returns, a power cut does not lose it.
   * Repeating it changes nothing.
   *
   * @return the bytes that it takes on the host
   * @throws ErrandException ENGINE_FAILED when something still holds the disk after a minute, or
   *     there are none here; DISK_FULL when it cannot be written
   */
  public long freeze(BoxId id) {
    if (mounter == null) {
      throw new ErrandException(
          FailureCode.ENGINE_FAILED, "boxes have no disks of their own here, so none can be kept");
    }
    if (!files.isFrozen(id)) {
      mounter.trim(id);
      files.freeze(id);
    }
    return files.frozenBytes(id);
  }

  /** Whether the box's disk is kept. */
  public boolean has(BoxId id) {
    return files.isFrozen(id);
  }

  /** Whose disks are kept. */
  public List<BoxId> all() {
    return files.frozen();
  }

  /**
   * Ensures that it is gone; boxes that started from it go on, and hold its room until they end.
   */
  public void remove(BoxId id) {
    files.removeFrozen(id);
  }

  @Override
  public void close() {
    if (mounter != null) {
      mounter.close();
    }
  }
}
