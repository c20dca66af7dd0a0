package dev.errand.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A stream in a file, written by offset: what arrives twice lies there once, so whoever watched a
 * phase and died is replaced by somebody who opens the same file. It survives the process, not the
 * machine: the box that is watched does not survive that either. Used by one thread; two processes
 * that write the same stream do no harm, for they write the same bytes.
 */
public final class Spool implements AutoCloseable {
  private final Path file;
  private final long maxBytes;
  private final DiskReserve reserve;
  private final FileChannel channel;
  private long end;
  private boolean overflowed;

  private Spool(Path file, long maxBytes, DiskReserve reserve, FileChannel channel)
      throws IOException {
    this.file = file;
    this.maxBytes = maxBytes;
    this.reserve = reserve;
    this.channel = channel;
    this.end = channel.size();
  }

  /**
   * Opens the file or makes it, readable by its owner only.
   *
   * @param maxBytes what lies beyond is dropped and {@link #overflowed()} says so
   * @param reserve of the disk that the file is on
   * @throws IOException when the disk refuses
   */
  public static Spool open(Path file, long maxBytes, DiskReserve reserve) throws IOException {
    Set<OpenOption> options =
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    FileChannel channel = FileChannel.open(file, options, PrivateFiles.OWNER_ONLY);
    return new Spool(file, maxBytes, reserve, channel);
  }

  /**
   * Writes the bytes that are not there yet. A gap before them stays a hole of zeros.
   *
   * @return how many of the first bytes were already there
   * @throws IOException when the disk refuses
   */
  public int write(long offset, byte[] data) throws IOException {
    int known = Math.clamp(end - offset, 0, data.length);
    if (known == data.length) {
      return known;
    }
    long room = maxBytes - offset - known;
    int length = Math.clamp(room, 0, data.length - known);
    overflowed |= length < data.length - known;
    if (length > 0) {
      reserve.requireRoomToGrow();
    }
    ByteBuffer buffer = ByteBuffer.wrap(data, known, length);
    long position = offset + known;
    while (buffer.hasRemaining()) {
      position += channel.write(buffer, position);
    }
    end = offset + data.length;
    return known;
  }

  /** The offset after the last byte that was offered, whether or not there was room for it. */
  public long end() {
    return end;
  }

  /** Whether bytes were dropped since this spool was opened. */
  public boolean overflowed() {
    return overflowed;
  }

  /**
   * The bytes that the file has, from its start, for the caller to close.
   *
   * @throws IOException when the disk refuses
   */
  public InputStream read() throws IOException {
    return Files.newInputStream(file);
  }

  /**
   * The last bytes of the file, at most so many.
   *
   * @throws IOException when the disk refuses
   */
  byte[] tail(int maxTailBytes) throws IOException {
    long size = channel.size();
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(size, maxTailBytes));
    long start = size - buffer.capacity();
    while (buffer.hasRemaining() && channel.read(buffer, start + buffer.position()) >= 0) {
      // Reads until the buffer is full or another process has cut the file short.
    }
    return buffer.array();
  }

  /** Closes the file and leaves it where it is: the journal's owner deletes it. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
