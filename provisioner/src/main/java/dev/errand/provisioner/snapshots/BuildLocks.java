package dev.errand.provisioner.snapshots;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.Fingerprint;
import dev.errand.schemas.ids.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Who builds which snapshot on this node: one run for each fingerprint, kept in a file so that a
 * restart forgets nothing. A run that is over holds no lock. Safe for any thread of the one process
 * that provisions.
 */
final class BuildLocks {
  private static final String DRAFT = ".new";

  private final Path folder;
  private final Predicate<RunId> isOver;

  BuildLocks(Path folder, Predicate<RunId> isOver) {
    this.folder = folder;
    this.isOver = isOver;
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw failed("make the folder " + folder, e);
    }
  }

  /** Whether the run builds it now: it is the first to ask, or has asked before. */
  synchronized boolean take(Fingerprint fingerprint, RunId run) {
    Optional<RunId> holder = holder(fingerprint);
    if (holder.isPresent()) {
      return holder.get().equals(run);
    }
    Path draft = folder.resolve(fingerprint.value() + DRAFT);
    try {
      Files.writeString(draft, run.toString());
      Files.move(draft, file(fingerprint), StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      throw failed("keep who builds " + fingerprint, e);
    }
  }

  /** The live run that builds it. */
  synchronized Optional<RunId> holder(Fingerprint fingerprint) {
    try {
      RunId run = RunId.parse(Files.readString(file(fingerprint), UTF_8));
      return isOver.test(run) ? Optional.empty() : Optional.of(run);
    } catch (NoSuchFileException nobody) {
      return Optional.empty();
    } catch (IllegalArgumentException halfWritten) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed("read who builds " + fingerprint, e);
    }
  }

  synchronized void release(Fingerprint fingerprint, RunId run) {
    if (holder(fingerprint).filter(run::equals).isPresent()) {
      delete(file(fingerprint));
    }
  }

  /** Removes what runs that are over have left. */
  synchronized void sweep() {
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(file -> !file.getFileName().toString().endsWith(DRAFT))
          .map(file -> new Fingerprint(file.getFileName().toString()))
          .filter(fingerprint -> holder(fingerprint).isEmpty())
          .forEach(fingerprint -> delete(file(fingerprint)));
    } catch (IOException e) {
      throw failed("read the folder " + folder, e);
    }
  }

  private Path file(Fingerprint fingerprint) {
    return folder.resolve(fingerprint.value());
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed("remove " + file, e);
    }
  }

  private static ErrandException failed(String what, IOException e) {
    return new ErrandException(FailureCode.DISK_FULL, "cannot %s: %s".formatted(what, e), e);
  }
}
