package dev.errand.sandbox.disks;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files that are the boxes' disks, each with a file system of its box's limit. */
final class DiskFiles {
  /** Where distributions put it, which may not be on an ordinary user's path. */
  private static final List<String> MKFS =
      List.of("/usr/sbin/mkfs.ext4", "/sbin/mkfs.ext4", "/usr/bin/mkfs.ext4");

  private static final List<String> FALLOCATE = List.of("/usr/bin/fallocate", "/bin/fallocate");

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final String SUFFIX = ".ext4";
  private static final int BLOCK_BYTES = 4096;
  private static final int STAT_BLOCK_BYTES = 512;
  private static final int BYTES_PER_INODE = 4 * BLOCK_BYTES;

  /** A small disk has one inode for each block: repositories are made of small files. */
  private static final long MIN_INODES = 65_536;

  /** Journals repair what a crash has left; a box that has crashed is thrown away. */
  private static final String FEATURES = "^has_journal,^resize_inode";

  /** Tables are zero in a new file; writing the zeros would cost what the limit says. */
  private static final String EXTENDED = "lazy_itable_init=1,nodiscard";

  private final Path folder;
  private final Path frozen;
  private final long reserveBytes;

  /**
   * @param frozen where those lie that nobody writes any more
   * @param reserveBytes what a disk leaves free beside it
   */
  DiskFiles(Path folder, Path frozen, long reserveBytes) {
    this.folder = ensureFolder(folder);
    this.frozen = ensureFolder(frozen);
    this.reserveBytes = reserveBytes;
  }

  private static Path ensureFolder(Path folder) {
    try {
      return Files.createDirectories(folder, OWNER_ONLY);
    } catch (IOException failed) {
      throw new ErrandException(FailureCode.DISK_FULL, "cannot make the folder " + folder, failed);
    }
  }

  private Path of(BoxId id) {
    return folder.resolve(id.value() + SUFFIX);
  }

  /**
   * Makes the box's disk anew, 10 to 30 ms; one at a time, or two would take the same room.
   *
   * @param bytes all that the box may write, the file system's own tables included
   * @throws ErrandException DISK_FULL when there is no room, ENGINE_FAILED without mkfs.ext4
   */
  synchronized void make(BoxId id, long bytes) {
    try {
      Path draft = Files.createTempFile(folder, id.value() + "-", ".new");
      try {
        long length = bytes / BLOCK_BYTES * BLOCK_BYTES;
        requireRoom(length);
        try (RandomAccessFile file = new RandomAccessFile(draft.toFile(), "rw")) {
          file.setLength(length);
        }
        format(draft, inodes(bytes));
        takeRoom(draft, length);
        Files.move(draft, of(id), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException failed) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "cannot make the disk of the box " + id, failed);
    }
  }

  static long inodes(long bytes) {
    return Math.max(bytes / BYTES_PER_INODE, Math.min(MIN_INODES, bytes / BLOCK_BYTES));
  }

  private static void format(Path file, long inodes) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(installed(mkfs(), "mkfs.ext4", "e2fsprogs"));
    command.addAll(List.of("-q", "-F", "-m", "0", "-b", Integer.toString(BLOCK_BYTES)));
    command.addAll(List.of("-N", Long.toString(inodes), "-O", FEATURES, "-E", EXTENDED));
    command.add(file.toString());
    String said = run(command);
    if (!said.isEmpty()) {
      throw new IOException("mkfs.ext4: " + said);
    }
  }

  /** A box that took the reserve would stop the logs, its own as well, and wait for itself. */
  private void requireRoom(long bytes) {
    long free = folder.toFile().getUsableSpace();
    if (free - reserveBytes < bytes) {
      throw new ErrandException(
          FailureCode.DISK_FULL,
          "a box's disk of %,d MiB does not fit: the disk of %s has %,d MiB free, and %,d are kept"
              .formatted(bytes >> 20, folder, free >> 20, reserveBytes >> 20));
    }
  }

  /**
   * Takes the room at once, milliseconds: a box that is promised more than its host has would lose
   * what it wrote without a word.
   */
  private void takeRoom(Path file, long bytes) throws IOException {
    String program = installed(fallocate(), "fallocate", "util-linux");
    String said = run(List.of(program, "-l", Long.toString(bytes), file.toString()));
    if (said.contains("No space left")) {
      requireRoom(bytes); // somebody else was quicker
    }
    if (!said.isEmpty()) {
      throw new ErrandException(
          said.contains("No space left") ? FailureCode.DISK_FULL : FailureCode.ENGINE_FAILED,
          "a box's disk of %,d MiB cannot take its room in %s: %s; `errand doctor` says what to do"
              .formatted(bytes >> 20, folder, said));
    }
  }

  /** Whether the folder's file system gives a file its room at once; tried with one block. */
  static boolean givesRoom(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "room-", ".new");
    try {
      String program = installed(fallocate(), "fallocate", "util-linux");
      return run(List.of(program, "-l", Integer.toString(BLOCK_BYTES), file.toString())).isEmpty();
    } finally {
      Files.delete(file);
    }
  }

  /** What the program says when it fails; empty when it does not. */
  private static String run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = process.onExit().join().exitValue();
    return exitCode == 0 ? "" : "exit code %d: %s".formatted(exitCode, said.strip());
  }

  static Optional<String> mkfs() {
    return first(MKFS);
  }

  static Optional<String> fallocate() {
    return first(FALLOCATE);
  }

  private static Optional<String> first(List<String> places) {
    return places.stream().filter(program -> Files.isExecutable(Path.of(program))).findFirst();
  }

  private static String installed(Optional<String> program, String name, String from) {
    return program.orElseThrow(
        () ->
            new ErrandException(
                FailureCode.ENGINE_FAILED,
                "there is no %s to make a box's disk with: install %s".formatted(name, from)));
  }

  /**
   * Ensures that the box's disk is gone, and what a killed process has begun of it; its space
   * returns when the box's last process has.
   */
  void remove(BoxId id) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, id.value() + "[-.]*")) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    } catch (IOException failed) {
      throw new ErrandException(
          FailureCode.DISK_FULL,
          "cannot remove the disk of the box %s: %s".formatted(id, failed),
          failed);
    }
  }

  private Path frozenOf(BoxId id) {
    return frozen.resolve(id.value() + SUFFIX);
  }

  boolean isFrozen(BoxId id) {
    return Files.exists(frozenOf(id));
  }

  /** Makes the box's disk one of the frozen, on stable storage; nothing holds it any more. */
  void freeze(BoxId id) {
    try {
      synchronise(of(id), StandardOpenOption.WRITE);
      Files.setPosixFilePermissions(of(id), PosixFilePermissions.fromString("r--------"));
      Files.move(of(id), frozenOf(id), StandardCopyOption.ATOMIC_MOVE);
      synchronise(frozen, StandardOpenOption.READ);
    } catch (IOException failed) {
      throw new ErrandException(
          FailureCode.DISK_FULL,
          "cannot keep the disk of the box %s: %s".formatted(id, failed),
          failed);
    }
  }

  private static void synchronise(Path file, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(file, how)) {
      channel.force(true);
    }
  }

  List<BoxId> frozen() {
    try (Stream<Path> files = Files.list(frozen)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> new BoxId(name.substring(0, name.length() - SUFFIX.length())))
          .toList();
    } catch (IOException failed) {
      throw new ErrandException(FailureCode.DISK_FULL, "cannot read the folder " + frozen, failed);
    }
  }

  /** What it takes on the host, which is less than its length; the JDK cannot tell. */
  long frozenBytes(BoxId id) {
    List<String> command = List.of("stat", "--format=%b", frozenOf(id).toString());
    try {
      Process stat = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return Long.parseLong(said.strip()) * STAT_BLOCK_BYTES;
    } catch (IOException | NumberFormatException failed) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "cannot measure the frozen disk of the box " + id, failed);
    }
  }

  void removeFrozen(BoxId id) {
    try {
      Files.deleteIfExists(frozenOf(id));
    } catch (IOException failed) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "cannot remove the frozen disk of the box " + id, failed);
    }
  }
}
