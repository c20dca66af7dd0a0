package dev.errand.sandbox;

import com.github.dockerjava.api.DockerClient;
import dev.errand.sandbox.disks.DiskHost;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The boxes' folders on the host. Each holds the sockets of one box, which sees it read-only; only
 * their parent is closed to other users, since the box's processes must pass through a folder that
 * may belong to an ordinary user.
 */
final class BoxFolders {
  static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> PASSABLE =
      PosixFilePermissions.fromString("rwxr-xr-x");
  private static final String ID = "[0-9a-z]{12}";
  private static final int DIGEST_CHARACTERS = 16;

  private final Path root;
  private final Path runner;
  private final Path mounter;

  BoxFolders(Path root) {
    this.root = root;
    try {
      Files.createDirectories(root, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (IOException failed) {
      throw new ErrandException(FailureCode.DISK_FULL, "cannot make the folder " + root, failed);
    }
    this.runner = ensureProgram(root, "runner");
    this.mounter = ensureProgram(root, "mounter");
  }

  Path root() {
    return root;
  }

  Path runner() {
    return runner;
  }

  Path mounter() {
    return mounter;
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
          FailureCode.DISK_FULL,
          "cannot remove the folder of the box %s: %s".formatted(id, failed),
          failed);
    }
  }

  /** A program of this build, in the folder. */
  private static Path ensureProgram(Path folder, String name) {
    try (InputStream resource = BoxFolders.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new ErrandException(FailureCode.BUG, "this build holds no " + name);
      }
      return ensureFile(folder, name, resource.readAllBytes());
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.BUG, "this build's %s is unreadable".formatted(name), e);
    }
  }

  /**
   * Ensures that this build's own file lies in the folder. Its name holds its digest: a new version
   * lies beside the old one, which running boxes still use.
   *
   * @throws ErrandException DISK_FULL when it cannot be written
   */
  static Path ensureFile(Path folder, String name, byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      String digits = HexFormat.of().formatHex(digest).substring(0, DIGEST_CHARACTERS);
      Path file = folder.resolve(name + "-" + digits);
      if (!Files.isRegularFile(file) || Files.size(file) != content.length) {
        Path unnamed = Files.createTempFile(folder, name + "-", ".new");
        Files.write(unnamed, content);
        Files.setPosixFilePermissions(unnamed, PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.move(unnamed, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return file;
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "the %s cannot be written to %s".formatted(name, folder), e);
    } catch (NoSuchAlgorithmException e) {
      throw new ErrandException(FailureCode.BUG, "a JDK without SHA-256", e);
    }
  }

  /** The folders as the boxes' disks need them. */
  record OfDisks(
      BoxFolders folders,
      Engine engine,
      Containers containers,
      Map<String, String> labels,
      long reserveBytes)
      implements DiskHost {
    @Override
    public Path disks() {
      return folders.root().resolve("disks");
    }

    @Override
    public Path frozen() {
      return disks().resolve("frozen"); // in one file system: a disk is moved there
    }

    @Override
    public Path boxes() {
      return folders.root();
    }

    @Override
    public Path mounter() {
      return folders.mounter();
    }

    @Override
    public <T> T call(String what, Function<DockerClient, T> request) {
      return engine.call(what, request);
    }

    @Override
    public boolean isPodman(DockerClient client) {
      return Engine.isPodman(client);
    }

    @Override
    public void removeWholly(String name) {
      containers.removeWholly(name);
    }
  }
}
