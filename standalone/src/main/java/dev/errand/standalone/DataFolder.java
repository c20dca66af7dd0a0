package dev.errand.standalone;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The data folder, by what lies where. Each service finds its own part; all services of a node use
 * the same folder.
 */
record DataFolder(Path root) {
  private static final int INSTALLATION_BYTES = 8;

  /** How a folder begins in which the doctor tries the file system, for milliseconds. */
  static final String TRIAL = ".doctor-";

  /** What may lie in it before the first start has ended, a new disk's own folder among it. */
  private static final Set<String> OWN =
      Set.of(
          "errand.yaml",
          "token",
          "server",
          "kafka",
          "streams",
          "attempts",
          "artifacts",
          "mirrors",
          "boxes",
          "secrets",
          "lost+found");

  Path kafka() {
    return root.resolve("kafka");
  }

  Path kafkaClient() {
    return root.resolve("server").resolve("kafka-client.properties");
  }

  Path streams() {
    return root.resolve("streams");
  }

  Path artifacts() {
    return root.resolve("artifacts");
  }

  Path mirrors() {
    return root.resolve("mirrors");
  }

  Path boxes() {
    return root.resolve("boxes");
  }

  Path keyset() {
    return root.resolve("secrets").resolve("keyset");
  }

  Path holdPoints() {
    return root.resolve("server").resolve("hold");
  }

  /** Something in it that no Errand has put there; none once an installation has its name here. */
  Optional<String> stranger() throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      Optional<String> stranger =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !OWN.contains(name) && !name.startsWith(TRIAL))
              .findFirst();
      return Files.exists(installationFile()) ? Optional.empty() : stranger;
    }
  }

  private Path installationFile() {
    return root.resolve("server").resolve("installation");
  }

  /**
   * This installation's name, on the labels of its containers: made once, at the first start, by
   * whichever process is first.
   *
   * @throws ErrandException DISK_FULL when it cannot be kept
   */
  String installation() {
    Path file = installationFile();
    try {
      if (!Files.exists(file)) {
        byte[] random = new byte[INSTALLATION_BYTES];
        new SecureRandom().nextBytes(random);
        Path draft = Files.createTempFile(file.getParent(), "installation", "");
        Files.writeString(draft, HexFormat.of().formatHex(random));
        nameOnce(draft, file);
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new ErrandException(FailureCode.DISK_FULL, "cannot write " + file + ": " + e, e);
    }
  }

  /** A link, unlike a rename, never replaces what another process was faster to make. */
  private static void nameOnce(Path draft, Path file) throws IOException {
    try {
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      return;
    } finally {
      Files.delete(draft);
    }
  }
}
