package dev.errand.diffcollector;

import dev.errand.sandbox.OutputSink;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The patch on its way to the store: a file in the run's journal, written by offset, so that a
 * worker that comes later goes on where the last one ended. Bytes beyond the limit are counted and
 * left out. One thread.
 */
final class PatchSpool implements OutputSink, Closeable {
  private final FileChannel file;
  private final long maxBytes;
  private long end;

  private PatchSpool(FileChannel file, long maxBytes) throws IOException {
    this.file = file;
    this.maxBytes = maxBytes;
    this.end = file.size();
  }

  static PatchSpool open(Path path, long maxBytes) throws IOException {
    return new PatchSpool(
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
        maxBytes);
  }

  @Override
  public void accept(long offset, byte[] data) throws IOException {
    end = Math.max(end, offset + data.length);
    // One byte more than is taken stays in the file, so that a restart still sees it is too long.
    int room = Math.clamp(maxBytes + 1 - offset, 0, data.length);
    ByteBuffer buffer = ByteBuffer.wrap(data, 0, room);
    long at = offset;
    while (buffer.hasRemaining()) {
      at += file.write(buffer, at);
    }
  }

  boolean isTooLarge() {
    return end > maxBytes;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
