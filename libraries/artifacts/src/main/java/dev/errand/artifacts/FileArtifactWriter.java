package dev.errand.artifacts;

import dev.errand.schemas.ids.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Writes a draft and its hash in one pass. */
final class FileArtifactWriter extends ArtifactWriter {
  private final FileArtifactStore store;
  private final Path draft;
  private final long maxBytes;
  private final FileChannel channel;
  private final MessageDigest sha256;
  private long written;

  /**
   * @param channel of the draft, locked; closed with this
   */
  FileArtifactWriter(FileArtifactStore store, Path draft, FileChannel channel, long maxBytes) {
    this.store = store;
    this.draft = draft;
    this.channel = channel;
    this.maxBytes = maxBytes;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > maxBytes - written) {
      throw new IOException("an artifact is larger than %,d bytes".formatted(maxBytes));
    }
    store.reserve().requireRoomToGrow();
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    sha256.update(bytes, offset, length);
    written += length;
  }

  @Override
  public Digest keep() throws IOException {
    channel.force(true);
    Digest digest = new Digest(HexFormat.of().formatHex(sha256.digest()));
    store.adopt(draft, digest);
    channel.close(); // gives up the lock, so not before it has its name
    return digest;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(draft);
  }
}
