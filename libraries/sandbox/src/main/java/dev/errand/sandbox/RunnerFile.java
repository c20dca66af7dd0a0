package dev.errand.sandbox;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The runner on the host's disk, where boxes mount it from. Its name holds its digest: a new
 * version lies beside the old one, which running boxes still use.
 */
final class RunnerFile {
  private static final int DIGEST_CHARACTERS = 16;

  private RunnerFile() {}

  /** Ensures that the runner of this build lies in the folder; DISK_FULL when it cannot. */
  static Path ensureIn(Path folder) {
    try (InputStream resource = RunnerFile.class.getResourceAsStream("runner")) {
      if (resource == null) {
        throw new ErrandException(FailureCode.BUG, "this build holds no runner");
      }
      byte[] runner = resource.readAllBytes();
      String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(runner));
      Path file = folder.resolve("runner-" + digest.substring(0, DIGEST_CHARACTERS));
      if (!Files.isRegularFile(file) || Files.size(file) != runner.length) {
        Path unnamed = Files.createTempFile(folder, "runner-", ".new");
        Files.write(unnamed, runner);
        Files.setPosixFilePermissions(unnamed, PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.move(unnamed, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return file;
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "the runner cannot be written to " + folder, e);
    } catch (NoSuchAlgorithmException e) {
      throw new ErrandException(FailureCode.BUG, "a JDK without SHA-256", e);
    }
  }
}
