package dev.errand.artifacts;

import dev.errand.schemas.Event.LogArtifact;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** The end of a log that is already in the store, as a failure shows it. */
public final class LogTail {
  private static final int CHUNK_BYTES = 64 * 1024;

  private LogTail() {}

  /**
   * The last lines of the last of the logs, oldest first, without terminal controls; none when
   * there is no log or it is gone from the store.
   *
   * @throws IOException when the disk refuses
   */
  public static List<String> of(ArtifactStore store, List<LogArtifact> logs) throws IOException {
    if (logs.isEmpty()) {
      return List.of();
    }
    Optional<InputStream> stored = store.open(logs.getLast().digest());
    if (stored.isEmpty()) {
      return List.of();
    }
    LastLines lines = new LastLines();
    try (InputStream log = new GZIPInputStream(stored.get())) {
      byte[] chunk = new byte[CHUNK_BYTES];
      for (int read = log.read(chunk); read >= 0; read = log.read(chunk)) {
        lines.add(Arrays.copyOf(chunk, read));
      }
    }
    return lines.lines();
  }
}
