package dev.errand.stage.journal;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.StageName;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * The outputs of the stages of one key, a run or a task, on this node: {@code
 * <root>/<key>/<stage>.out}. What has been kept is on the disk, and the first to keep it wins, so
 * that everybody who appends it appends the same bytes. Safe for any thread and between processes.
 *
 * <p>All methods throw {@link ErrandException} DISK_FULL when the disk refuses; not to be called on
 * a thread that may be interrupted meanwhile.
 */
public final class Journal {
  private static final int ID_BYTES = 36; // a UUID as text

  private final Path directory;
  private final StageName stage;

  private Journal(Path directory, StageName stage) {
    this.directory = directory;
    this.stage = stage;
  }

  /** Opens the journal of a key for one stage; makes its folder when it is new. */
  public static Journal open(Path root, String key, StageName stage) {
    Path directory = root.resolve(key);
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw refused("make " + directory, e);
    }
    return new Journal(directory, stage);
  }

  /** The folder; it lives until the {@link Sweeper} takes it. */
  public Path directory() {
    return directory;
  }

  /**
   * The instant at which this stage first began, which is {@code now} if it has not.
   *
   * @param now the clock's
   */
  public Instant begun(Instant now) {
    Path file = directory.resolve(stage + ".begun");
    try {
      Path next = write(now.toString().getBytes(StandardCharsets.UTF_8), "begun");
      linkOnce(next, file);
      return Instant.parse(Files.readString(file));
    } catch (DateTimeParseException e) {
      return now; // not ours; the timeout then starts again
    } catch (IOException e) {
      throw refused("write " + file, e);
    }
  }

  /** What was kept for the output with this id; empty when nothing was, or another output. */
  public Optional<byte[]> find(EventId output) {
    Path file = outputFile();
    try {
      byte[] all = Files.readAllBytes(file);
      byte[] id = output.toString().getBytes(StandardCharsets.UTF_8);
      if (all.length < ID_BYTES || !Arrays.equals(all, 0, ID_BYTES, id, 0, ID_BYTES)) {
        return Optional.empty();
      }
      return Optional.of(Arrays.copyOfRange(all, ID_BYTES, all.length));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw refused("read " + file, e);
    }
  }

  /**
   * Keeps an output, durably; returns what is to be appended: these bytes, or those that somebody
   * else kept first.
   */
  public byte[] keep(EventId output, byte[] bytes) {
    Path file = outputFile();
    try {
      byte[] id = output.toString().getBytes(StandardCharsets.UTF_8);
      byte[] all = new byte[id.length + bytes.length];
      System.arraycopy(id, 0, all, 0, id.length);
      System.arraycopy(bytes, 0, all, id.length, bytes.length);
      Path next = write(all, "out");
      if (Files.exists(file) && find(output).isEmpty()) {
        Files.deleteIfExists(file); // another input's output: that one has its own record
      }
      linkOnce(next, file);
      sync();
    } catch (IOException e) {
      throw refused("write " + file, e);
    }
    return find(output).orElse(bytes);
  }

  private Path outputFile() {
    return directory.resolve(stage + ".out");
  }

  private Path write(byte[] bytes, String kind) throws IOException {
    Path next = directory.resolve(stage + "." + kind + "." + UUID.randomUUID());
    try (FileOutputStream out = new FileOutputStream(next.toFile())) {
      out.write(bytes);
      out.getFD().sync();
    }
    return next;
  }

  /** A link, unlike a rename, does not replace what is there. */
  private static void linkOnce(Path next, Path file) throws IOException {
    try {
      Files.createLink(file, next);
    } catch (FileAlreadyExistsException e) {
      return; // somebody else was first
    } finally {
      Files.delete(next);
    }
  }

  /** The name is as durable as the bytes only when the folder is on the disk too. */
  private void sync() throws IOException {
    try (FileChannel folder = FileChannel.open(directory, StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  private static ErrandException refused(String what, IOException cause) {
    return new ErrandException(
        FailureCode.DISK_FULL, "the journal cannot %s: %s".formatted(what, cause), cause);
  }
}
