package dev.errand.repositories.credentials;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A credential on its way into one call of git. A token goes through a pipe that only git's helper
 * reads. ssh wants a file: a key lies in memory (/dev/shm, where the machine has it) for as long as
 * the call lasts.
 */
public final class Login implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Login.class);
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final String PREFIX = "errand-key-";

  /** ssh reads its key when it connects, within seconds. */
  private static final Duration READ_LONG_AGO = Duration.ofHours(1);

  /** flock holds a low one; no shell can name one above 9. */
  private static final String DESCRIPTOR = "9";

  private final @Nullable Path folder;
  private final Credentials.@Nullable Found found;

  private Login(Credentials.@Nullable Found found, @Nullable Path folder) {
    this.found = found;
    this.folder = folder;
  }

  /**
   * @param home where a key lies on a machine without a folder in memory
   * @throws ErrandException DISK_FULL
   */
  public static Login open(Credentials.@Nullable Found found, Path home) {
    if (found == null || !(found.credential() instanceof Credential.Key key)) {
      return new Login(found, null);
    }
    try {
      Path place = Files.isWritable(MEMORY) ? MEMORY : home;
      Path folder = Files.createTempDirectory(place, PREFIX, access("rwx------"));
      sweep(place, Files.getLastModifiedTime(folder).toInstant().minus(READ_LONG_AGO));
      write(folder.resolve("key"), key.key().strip() + "\n");
      write(folder.resolve("known_hosts"), key.knownHosts().strip() + "\n");
      return new Login(found, folder);
    } catch (IOException e) {
      throw new ErrandException(FailureCode.DISK_FULL, "a git key cannot be handed to ssh", e);
    }
  }

  /** What somebody who was killed has left. */
  private static void sweep(Path place, Instant old) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(place, PREFIX + "*")) {
      for (Path folder : folders) {
        if (Files.isReadable(folder)
            && Files.getLastModifiedTime(folder).toInstant().isBefore(old)) {
          remove(folder);
        }
      }
    } catch (NoSuchFileException | DirectoryIteratorException e) {
      LOG.debug("Another call has swept {}", place, e);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }

  private static FileAttribute<?> access(String mode) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
  }

  private static void write(Path file, String text) throws IOException {
    Files.createFile(file, access("rw-------"));
    Files.writeString(file, text);
  }

  /** What the command line begins with, so that a token's pipe has the helper's number. */
  public List<String> prefix() {
    return token() == null
        ? List.of()
        : List.of("sh", "-c", "exec \"$@\" " + DESCRIPTOR + "<&0 </dev/null", "errand-git");
  }

  /** Whether the process reads a pipe instead of nothing. */
  public boolean usesInput() {
    return token() != null;
  }

  /** git asks once in a call, and for no other host: redirects are refused. */
  public List<String> configuration() {
    if (found == null || token() == null) {
      return List.of();
    }
    String place = found.place().value();
    int path = place.indexOf('/');
    String host = path < 0 ? place : place.substring(0, path);
    return List.of(
        "credential.https://%s.helper=!f() { test \"$1\" = get && cat <&%s; }; f"
            .formatted(host, DESCRIPTOR));
  }

  /** ssh's options for this key; empty for none. */
  public String sshOptions() {
    return folder == null
        ? ""
        : (" -o IdentitiesOnly=yes -o IdentityAgent=none -i %1$s/key"
                + " -o GlobalKnownHostsFile=/dev/null -o UserKnownHostsFile=%1$s/known_hosts")
            .formatted(folder);
  }

  /** Writes the token into the process's input, which the prefix has made the helper's. */
  public void send(OutputStream input) {
    Credential.Token token = token();
    if (token == null) {
      return;
    }
    String text = "username=%s\npassword=%s\n".formatted(token.user(), token.token());
    try (input) {
      input.write(text.getBytes(StandardCharsets.UTF_8)); // less than a pipe holds: never blocks
    } catch (IOException e) {
      // git has ended already; its result says why.
      return;
    }
  }

  private Credential.@Nullable Token token() {
    return found != null && found.credential() instanceof Credential.Token token ? token : null;
  }

  @Override
  public void close() {
    if (folder == null) {
      return;
    }
    try {
      remove(folder);
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "a git key cannot be removed from %s".formatted(folder), e);
    }
  }
}
