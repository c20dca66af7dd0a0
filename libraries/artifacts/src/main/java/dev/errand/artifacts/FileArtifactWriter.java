package dev.errand.artifacts;

import dev.errand.schemas.ids.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

  FileArtifactWriter(FileArtifactStore store, Path draft, long maxBytes) throws IOException {
    this.store = store;
    this.draft = draft;
    this.maxBytes = maxBytes;
    channel = FileChannel.open(draft, StandardOpenOption.WRITE);
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
    channel.close();
    Digest digest = new Digest(HexFormat.of().formatHex(sha256.digest()));
    store.adopt(draft, digest);
    return digest;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(draft);
  }
}
