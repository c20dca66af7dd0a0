package dev.errand.repositories.lfs;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The contents in a mirror, laid out as git-lfs does, so that a git-lfs in a box finds them through
 * the repository's alternates. A content is whole or not there. Any number of writers: each has a
 * file of its own until a rename. What a writer who died has left is the mirror's to sweep.
 */
public final class ContentStore {
  private static final String ROOT = "lfs";

  /** Below it a file that has not grown for two minutes has no writer any more. */
  public static final String INCOMING = ROOT + "/incoming";

  private static final String CONTENTS = ROOT + "/objects";
  private static final int CHUNK = 1 << 16;

  private final Path mirror;

  public ContentStore(Path mirror) {
    this.mirror = mirror;
  }

  /** Where the content lies or would lie. */
  public Path file(Digest content) {
    return file(mirror.resolve(CONTENTS), content);
  }

  /** The same in another folder of git-lfs, such as a repository's own. */
  public static Path file(Path contents, Digest content) {
    String name = content.value();
    return contents.resolve(name.substring(0, 2)).resolve(name.substring(2, 4)).resolve(name);
  }

  public boolean has(Digest content) {
    return Files.exists(file(content));
  }

  /** Called again and again while a content grows. */
  @FunctionalInterface
  public interface Watch {
    /** Returns while it may go on; {@code bytes} have come since the last call. */
    void look(int bytes) throws InterruptedException;
  }

  /**
   * Takes a content from its stream.
   *
   * @return its pointer
   * @throws IOException when the stream fails
   * @throws LfsException when the stream holds another content than the pointer names
   * @throws ErrandException DISK_FULL
   */
  public Pointer take(Pointer pointer, InputStream stream, Watch watch)
      throws IOException, LfsException, InterruptedException {
    Half half = new Half(pointer.content());
    try {
      if (!copy(pointer.size(), stream, half, watch).equals(pointer.content().value())) {
        throw new LfsException("a content is not what its pointer says");
      }
      half.finish(file(pointer.content()));
      return pointer;
    } finally {
      half.forget();
    }
  }

  private static String copy(long size, InputStream stream, Half half, Watch watch)
      throws IOException, LfsException, InterruptedException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[CHUNK];
    long left = size;
    for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
      left -= read;
      if (left < 0) {
        throw new LfsException("a content is longer than its pointer says");
      }
      digest.update(buffer, 0, read);
      half.write(buffer, read);
      watch.look(read);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** A content that grows. Its failures are the disk's, never the stream's. */
  private final class Half {
    private final Path file;
    private final OutputStream out;

    Half(Digest content) {
      try {
        Path incoming = folder(mirror.resolve(INCOMING));
        file = Files.createTempFile(incoming, content.value() + "-", "");
        out = Files.newOutputStream(file);
      } catch (IOException e) {
        throw diskFull(e);
      }
    }

    void write(byte[] bytes, int count) {
      try {
        out.write(bytes, 0, count);
      } catch (IOException e) {
        throw diskFull(e);
      }
    }

    void finish(Path place) {
      try {
        out.close();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        folder(place.resolveSibling(""));
        Files.move(file, place, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw diskFull(e);
      }
    }

    void forget() {
      try {
        out.close();
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw diskFull(e);
      }
    }

    private ErrandException diskFull(IOException e) {
      return new ErrandException(
          FailureCode.DISK_FULL, "a content of Git LFS cannot be kept in %s".formatted(mirror), e);
    }
  }

  /** Readable in boxes, whatever the umask. */
  private static Path folder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      folder(folder.resolveSibling(""));
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return folder;
  }

  /** What all contents occupy in bytes, those that are on their way among them. */
  public long bytes() throws IOException {
    return bytes(mirror.resolve(ROOT));
  }

  /** What the files below a folder occupy while others write there; 0 when there is none. */
  public static long bytes(Path folder) throws IOException {
    AtomicLong sum = new AtomicLong();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            sum.addAndGet(attributes.size());
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // it has just got its name: the next look counts it
            }
            throw e;
          }
        });
    return sum.get();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
