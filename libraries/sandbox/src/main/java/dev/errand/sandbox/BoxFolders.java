package dev.errand.sandbox;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The boxes' folders on the host. Each holds the sockets of one box, which sees it read-only; only
 * their parent is closed to other users, since the box's processes must pass through a folder that
 * may belong to an ordinary user.
 */
final class BoxFolders {
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final Set<PosixFilePermission> PASSABLE =
      PosixFilePermissions.fromString("rwxr-xr-x");
  private static final String ID = "[0-9a-z]{12}";

  private final Path root;
  private final Path runner;

  BoxFolders(Path root) {
    this.root = root;
    try {
      Files.createDirectories(root, PRIVATE);
    } catch (IOException failed) {
      throw new ErrandException(FailureCode.DISK_FULL, "cannot make the folder " + root, failed);
    }
    this.runner = RunnerFile.ensureIn(root);
  }

  Path runner() {
    return runner;
  }

  Path of(BoxId id) {
    return root.resolve(id.value());
  }

  /** Makes the box's folder; false when it was there. */
  boolean make(BoxId id) {
    try {
      Files.createDirectory(of(id));
      Files.setPosixFilePermissions(of(id), PASSABLE);
      return true;
    } catch (FileAlreadyExistsException earlier) {
      return false;
    } catch (IOException failed) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "cannot make the folder of the box " + id, failed);
    }
  }

  List<BoxId> all() {
    try (Stream<Path> folders = Files.list(root)) {
      return folders
          .map(folder -> folder.getFileName().toString())
          .filter(name -> name.matches(ID))
          .map(BoxId::new)
          .toList();
    } catch (IOException failed) {
      throw new ErrandException(FailureCode.DISK_FULL, "cannot read the folder " + root, failed);
    }
  }

  /** Ensures that the folder and the sockets in it are gone; nothing is deeper than that. */
  void remove(BoxId id) {
    try (Stream<Path> sockets = Files.list(of(id))) {
      for (Path socket : sockets.toList()) {
        Files.deleteIfExists(socket);
      }
      Files.deleteIfExists(of(id));
    } catch (NoSuchFileException gone) {
      return;
    } catch (IOException failed) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "cannot remove the folder of the box " + id, failed);
    }
  }
}
