package dev.errand.artifacts;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The room on the data folder's disk that is kept for facts: a broker ends its process when its
 * disk is full. Less than the reserve is free: nothing new is taken. Less than half of it: logs,
 * patches and mirrors do not grow, whoever writes them waits, and only facts, which are small, go
 * on. A look costs one system call. Thread-safe.
 */
public final class DiskReserve {
  private static final double MIB = 1 << 20;

  private final String folder;
  private final long reserveBytes;
  private final LongSupplier freeBytes;

  DiskReserve(String folder, long reserveBytes, LongSupplier freeBytes) {
    this.folder = folder;
    this.reserveBytes = reserveBytes;
    this.freeBytes = freeBytes;
  }

  /**
   * @param folder anywhere on the disk; it must exist
   * @param reserveBytes 0 keeps nothing free
   */
  public static DiskReserve of(Path folder, long reserveBytes) {
    return new DiskReserve(folder.toString(), reserveBytes, folder.toFile()::getUsableSpace);
  }

  /** Why nothing new is taken; empty when it is. */
  public Optional<Failure> lack() {
    long free = freeBytes.getAsLong();
    return free < reserveBytes
        ? Optional.of(Failure.of(FailureCode.DISK_FULL, text(free)))
        : Optional.empty();
  }

  /**
   * Returns when something new may be taken.
   *
   * @throws ErrandException DISK_FULL
   */
  public void requireRoom() {
    lack()
        .ifPresent(
            failure -> {
              throw new ErrandException(failure, null);
            });
  }

  /** Whether logs, patches and mirrors may not grow now. */
  public boolean isShort() {
    return freeBytes.getAsLong() < reserveBytes / 2;
  }

  /**
   * Returns when a log or a patch may grow.
   *
   * @throws IOException as a full disk would say it
   */
  void requireRoomToGrow() throws IOException {
    long free = freeBytes.getAsLong();
    if (free < reserveBytes / 2) {
      throw new IOException(text(free));
    }
  }

  private String text(long free) {
    return "the disk of %s has %,.0f MiB free, and %,.0f MiB are kept for the broker"
        .formatted(folder, free / MIB, reserveBytes / MIB);
  }
}
