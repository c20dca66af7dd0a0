package dev.errand.artifacts;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.errand.schemas.Event;
import dev.errand.schemas.ids.StageName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * A stage's whole output: in a file while it grows, live to whoever watches, and compressed in the
 * artifact store at the end. Opened again after a crash it goes on where the file ends: bytes that
 * come twice are recorded once. Used by one thread.
 */
public final class LogRecorder implements AutoCloseable {
  /**
   * More output than this says nothing to anybody: the log is then marked as truncated, and after a
   * line that says so it has the end of what is beyond, as the end tells why something failed.
   */
  public static final long MAX_LOG_BYTES = 1L << 30;

  /** A gap up to this size is what a filter held back in a process that died. */
  private static final int MAX_HELD_BACK_BYTES = 64 * 1024;

  /** What {@link GZIPOutputStream} hands on at once; its own 512 bytes are a system call each. */
  private static final int COMPRESSED_BYTES = 64 * 1024;

  private static final Pattern PHASE = Pattern.compile("[A-Za-z0-9._-]{1,120}");

  /** Takes a piece of the live log; it may drop pieces, not wait. */
  @FunctionalInterface
  public interface Live {
    /**
     * @param offset in bytes from the start of the stage's output
     */
    void accept(long offset, byte[] data);
  }

  /** Takes one phase's output, in order and by offset; returning acknowledges the bytes. */
  @FunctionalInterface
  public interface PhaseOutput {
    /**
     * @param offset in bytes from the start of the phase's output
     * @throws IOException when the disk refuses
     */
    void accept(long offset, byte[] data) throws IOException;
  }

  /**
   * Where a stage's log goes.
   *
   * @param directory the run's folder in the journal, where the log grows
   * @param store what it is kept in at the end
   * @param maxBytes the rest is left out
   */
  public record Target(Path directory, StageName stage, ArtifactStore store, long maxBytes) {
    public Target(Path directory, StageName stage, ArtifactStore store) {
      this(directory, stage, store, MAX_LOG_BYTES);
    }

    private Path file(String suffix) {
      return directory.resolve("log-" + stage + suffix);
    }
  }

  private final Target target;
  private final LogFilter filter;
  private final Live live;
  private final Spool spool;
  private final LastLines lastLines = new LastLines();

  /** The offset after the last byte that was taken in; the spool lacks what the filter holds. */
  private long taken;

  /** Where the next byte is recorded: behind it is only what the filter holds back. */
  private long recorded;

  private LogRecorder(Target target, LogFilter filter, Live live) throws IOException {
    this.target = target;
    this.filter = filter;
    this.live = live;
    PrivateFiles.createFolder(target.directory());
    spool = Spool.open(target.file(""), target.maxBytes(), target.store().reserve());
    taken = spool.end();
    recorded = taken;
    lastLines.add(spool.tail(LastLines.MAX_BYTES));
  }

  /**
   * Opens a stage's log, or goes on with it.
   *
   * @throws IOException when the disk refuses
   */
  public static LogRecorder open(Target target, LogFilter filter, Live live) throws IOException {
    return new LogRecorder(target, filter, live);
  }

  /**
   * Where this phase's output goes: behind what was recorded when the phase was first opened, also
   * after a restart. Phases follow each other; an earlier one's output must not be given any more.
   *
   * @param phase the phase's id; a file name
   * @throws IOException when the disk refuses
   */
  public PhaseOutput phase(String phase) throws IOException {
    if (!PHASE.matcher(phase).matches()) {
      throw new IllegalArgumentException("'%s' is not a phase's id".formatted(phase));
    }
    Path note = target.file("." + phase);
    if (!Files.exists(note)) {
      append(filter.rest());
      Path draft = target.file("." + phase + ".tmp");
      Files.writeString(draft, Long.toString(taken), StandardCharsets.US_ASCII);
      Files.move(draft, note, StandardCopyOption.ATOMIC_MOVE);
    }
    long start = Long.parseLong(Files.readString(note, StandardCharsets.US_ASCII));
    return (offset, data) -> accept(start + offset, data);
  }

  private void accept(long offset, byte[] data) throws IOException {
    long gap = offset - taken;
    if (gap > 0) {
      append(filter.rest());
      append(masked(gap));
      filter.skipped(gap);
      taken = offset;
      recorded = offset;
    }
    int known = Math.clamp(taken - offset, 0, data.length);
    if (known < data.length) {
      byte[] fresh = Arrays.copyOfRange(data, known, data.length);
      taken += fresh.length;
      append(filter.filter(fresh));
    }
  }

  /** Stars for what was held back and is lost: it began like a secret. */
  private static byte[] masked(long gap) {
    byte[] stars = new byte[(int) Math.min(gap, MAX_HELD_BACK_BYTES)];
    Arrays.fill(stars, (byte) '*');
    return stars;
  }

  private void append(byte[] data) throws IOException {
    if (data.length == 0) {
      return;
    }
    spool.write(recorded, data);
    lastLines.add(data);
    live.accept(recorded, data);
    recorded += data.length;
  }

  /** Whether nothing has been written, also before a restart. */
  public boolean isEmpty() {
    return taken == 0;
  }

  /** The end of the log, oldest line first: at most 50, without terminal controls. */
  public List<String> lastLines() {
    return lastLines.lines();
  }

  /**
   * Stores the log, compressed. Doing it again after a crash gives the same artifact.
   *
   * @throws IOException when the disk refuses
   */
  public Event.LogArtifact finish() throws IOException {
    append(filter.rest());
    try (ArtifactWriter writer = target.store().write();
        InputStream log = spool.read()) {
      GZIPOutputStream gzip = new GZIPOutputStream(writer, COMPRESSED_BYTES);
      log.transferTo(gzip);
      long beyond = spool.end() - target.maxBytes();
      if (beyond > 0) {
        byte[] tail = lastLines.tail(beyond);
        gzip.write("\n[%,d bytes left out]\n".formatted(beyond - tail.length).getBytes(UTF_8));
        gzip.write(tail);
      }
      gzip.finish();
      return new Event.LogArtifact(target.stage(), writer.keep(), spool.end(), beyond > 0);
    }
  }

  /** Closes the file; the journal's owner deletes it. */
  @Override
  public void close() throws IOException {
    spool.close();
  }
}
