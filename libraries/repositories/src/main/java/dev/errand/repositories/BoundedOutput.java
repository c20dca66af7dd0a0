package dev.errand.repositories;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Standard output up to a limit; what is beyond is dropped and told. */
final class BoundedOutput implements Git.Sink {
  private final int max;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private volatile boolean overflowed;

  BoundedOutput(int max) {
    this.max = max;
  }

  @Override
  public synchronized void take(byte[] chunk, int length) {
    int room = Math.min(length, max - bytes.size());
    bytes.write(chunk, 0, room);
    overflowed |= room < length;
  }

  boolean hasOverflowed() {
    return overflowed;
  }

  synchronized String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
