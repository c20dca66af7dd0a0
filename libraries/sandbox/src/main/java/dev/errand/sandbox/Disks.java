package dev.errand.sandbox;

import dev.errand.schemas.ids.BoxId;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The boxes' disks. What a box writes lies on its disk and nowhere else: root file system, work
 * tree, home and /tmp together, in bytes and in inodes; see docs/decisions/0009. Where the
 * installation does without {@link Rule#DISK}, there are none, and boxes write to the engine's own
 * file system.
 */
final class Disks implements AutoCloseable {
  private static final String FOLDER = "disks";

  private final DiskFiles files;
  private final @Nullable Mounter mounter;

  private Disks(DiskFiles files, @Nullable Mounter mounter) {
    this.files = files;
    this.mounter = mounter;
  }

  /**
   * @param labels of the installation's own containers
   */
  static Disks of(
      Engine engine, BoxesSettings settings, BoxFolders folders, Map<String, String> labels) {
    Path folder = folders.root().resolve(FOLDER);
    DiskFiles files = new DiskFiles(folder);
    if (!settings.isolation().holds(Rule.DISK)) {
      return new Disks(files, null);
    }
    MounterContainer container = new MounterContainer(labels, folders, folder);
    return new Disks(files, new Mounter(engine, new Containers(engine, settings), container));
  }

  /** Before the box's container is started: whatever an earlier box of this id wrote is gone. */
  void make(BoxId id, long bytes) {
    if (mounter != null) {
      files.make(id, bytes);
    }
  }

  /** Once its runner lives, which waits for it; repeating it changes nothing. */
  void attach(BoxId id, long pid) {
    if (mounter != null) {
      mounter.attach(id, pid);
    }
  }

  void remove(BoxId id) {
    files.remove(id);
  }

  /** Boxes keep their disks. */
  @Override
  public void close() {
    if (mounter != null) {
      mounter.close();
    }
  }
}
