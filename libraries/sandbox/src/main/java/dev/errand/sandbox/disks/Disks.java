package dev.errand.sandbox.disks;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.ids.BoxId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The boxes' disks. What a box writes lies on its disk and nowhere else: root file system, work
 * tree, home and /tmp together, in bytes and in inodes; see docs/decisions/0010. Where the
 * installation does without, there are none, and boxes write to the engine's own file system.
 */
public final class Disks implements AutoCloseable {
  private final DiskFiles files;
  private final @Nullable Mounter mounter;
  private final FrozenDisks frozen;

  private Disks(DiskFiles files, @Nullable Mounter mounter, @Nullable Mounter trimmer) {
    this.files = files;
    this.mounter = mounter;
    this.frozen = new FrozenDisks(files, trimmer);
  }

  /** One for each box. */
  public static Disks of(DiskHost host) {
    return new Disks(
        new DiskFiles(host.disks(), host.frozen(), host.reserveBytes()),
        new Mounter(host),
        new Mounter(host));
  }

  /** None for anybody; what earlier lives of the installation have left can be removed. */
  public static Disks none(DiskHost host) {
    return new Disks(new DiskFiles(host.disks(), host.frozen(), 0), null, null);
  }

  /** What this machine lacks for disks, and what to do about it; empty when it is nothing. */
  public static Optional<String> remedy() {
    if (DiskFiles.mkfs().isEmpty()) {
      return Optional.of("install e2fsprogs");
    }
    if (DiskFiles.fallocate().isEmpty()) {
      return Optional.of("install util-linux, which has fallocate");
    }
    return Files.exists(Path.of("/dev/loop-control"))
        ? Optional.empty()
        : Optional.of("load the kernel's loop devices (sudo modprobe loop)");
  }

  /**
   * Whether disks can lie in a folder of this file system: their room is taken when they are made.
   *
   * @throws ErrandException ENGINE_FAILED where fallocate is not installed
   */
  public static boolean canLieIn(Path folder) throws IOException {
    return DiskFiles.givesRoom(folder);
  }

  /** Before the box's container is started: whatever an earlier box of this id wrote is gone. */
  public void make(BoxId id, long bytes) {
    if (mounter != null) {
      files.make(id, bytes);
    }
  }

  /**
   * Once its runner lives, which waits for it; repeating it changes nothing.
   *
   * @param base the frozen disk that shows through where this one has nothing; null for none
   * @throws ErrandException ENGINE_FAILED when the engine's host does not allow it
   */
  public void attach(BoxId id, long pid, @Nullable BoxId base) {
    if (mounter != null) {
      mounter.attach(id, pid, base);
    }
  }

  /** Those that boxes have left to others. */
  public FrozenDisks frozen() {
    return frozen;
  }

  public void remove(BoxId id) {
    files.remove(id);
  }

  /** Boxes keep their disks. */
  @Override
  public void close() {
    frozen.close();
    if (mounter != null) {
      mounter.close();
    }
  }
}
