package dev.errand.artifacts;

import dev.errand.schemas.ids.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Bytes under their SHA-256. What {@link #put} or {@link ArtifactWriter#keep} has returned is
 * durable, so a fact may name it; storing the same bytes twice is storing them once. Thread-safe.
 */
public interface ArtifactStore {
  /** The reserve of the disk that this store, and the spools beside it, are on. */
  DiskReserve reserve();

  /**
   * Begins an artifact of unknown size; close the writer, whether it was kept or not.
   *
   * @throws IOException when the disk refuses
   */
  ArtifactWriter write() throws IOException;

  /**
   * The artifact's bytes, for the caller to close; empty when there is none with this digest.
   *
   * @throws IOException when the disk refuses
   */
  Optional<InputStream> open(Digest digest) throws IOException;

  /**
   * The artifact's size in bytes; empty when there is none with this digest.
   *
   * @throws IOException when the disk refuses
   */
  OptionalLong size(Digest digest) throws IOException;

  /**
   * Stores a stream to its end; the caller closes it.
   *
   * @throws IOException when the stream or the disk refuses, or the artifact grows too large
   */
  default Digest put(InputStream bytes) throws IOException {
    try (ArtifactWriter writer = write()) {
      bytes.transferTo(writer);
      return writer.keep();
    }
  }
}
