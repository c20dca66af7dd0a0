package dev.errand.stage.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the folders of what has been over for long enough. A folder is first marked, and goes
 * when its mark is old: whoever was late with a redelivery finds the journal meanwhile.
 */
public final class Sweeper {
  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
  private static final String MARK = "over";

  /** What {@link Journal} writes, whole or half, and the mark. */
  private static final Pattern OWN =
      Pattern.compile("[a-z-]+\\.(out|begun)(\\.[0-9a-f-]+)?|" + MARK);

  private Sweeper() {}

  /**
   * Goes over all folders once; several may do so at the same time.
   *
   * @param isOver whether the key's work is over for certain
   * @param kept how long a marked folder stays
   */
  public static void sweep(Path root, Predicate<String> isOver, Instant now, Duration kept) {
    if (!Files.isDirectory(root)) {
      return;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
      for (Path folder : folders) {
        if (isOver.test(folder.getFileName().toString())) {
          sweepOne(folder, now, kept);
        }
      }
    } catch (IOException e) {
      LOG.warn("Cannot tidy {}: {}", root, e.toString());
    }
  }

  /**
   * Removes what is not the journal's own from the folder of what is over; nothing when there is no
   * folder. Whoever still writes there has lost his file, and his work is not wanted any more.
   */
  public static void lighten(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!OWN.matcher(file.getFileName().toString()).matches()) {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      LOG.debug("{} is gone already", folder);
    } catch (IOException e) {
      LOG.warn("Cannot tidy {}: {}", folder, e.toString());
    }
  }

  private static void sweepOne(Path folder, Instant now, Duration kept) throws IOException {
    Path mark = folder.resolve(MARK);
    try {
      Files.createFile(mark);
      lighten(folder);
    } catch (FileAlreadyExistsException e) {
      if (Files.getLastModifiedTime(mark).toInstant().plus(kept).isBefore(now)) {
        remove(folder);
      }
    } catch (NoSuchFileException e) {
      LOG.debug("{} is gone already", folder);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
