package dev.errand.repositories;

import dev.errand.schemas.ids.RepositoryUrl;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.awaitility.Awaitility;

/**
 * OpenSSH's own server on the loopback address, which lets one key in. Needs Debian's package
 * openssh-server.
 */
public final class SshServer implements AutoCloseable {
  private final Path folder;
  private final int port;
  private final Path key;
  private final Path knownHosts;
  private final Process process;

  /** Keys, configuration and log go into the folder. */
  public SshServer(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    this.key = makeKey("client");
    Path hostKey = makeKey("host");
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path authorized = Files.copy(folder.resolve("client.pub"), folder.resolve("authorized"));
    String[] hostParts = Files.readString(folder.resolve("host.pub")).split(" ");
    knownHosts = folder.resolve("known_hosts");
    Files.writeString(
        knownHosts, "[localhost]:%d %s %s%n".formatted(port, hostParts[0], hostParts[1]));
    // Where sshd drops its privileges, when it has any; packages make it at the service's start.
    if (Files.isWritable(Path.of("/run"))) {
      Files.createDirectories(Path.of("/run/sshd"));
    }
    Path configuration =
        Files.writeString(
            folder.resolve("sshd_config"),
            """
            ListenAddress 127.0.0.1:%d
            HostKey %s
            AuthorizedKeysFile %s
            StrictModes no
            PidFile none
            PasswordAuthentication no
            SetEnv PATH=%s:%s
            """
                .formatted(port, hostKey, authorized, programs(), System.getenv("PATH")));
    Path log = folder.resolve("sshd.log");
    process =
        new ProcessBuilder("/usr/sbin/sshd", "-D", "-e", "-f", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Awaitility.await().until(() -> Files.readString(log).contains("Server listening"));
  }

  /** A program that those who are let in can call by its name. */
  public void install(String name, String script) throws IOException {
    Path file = Files.writeString(programs().resolve(name), script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path programs() throws IOException {
    return Files.createDirectories(folder.resolve("programs"));
  }

  /** A new pair of keys; the private one's file. */
  Path makeKey(String name) throws IOException, InterruptedException {
    Path file = folder.resolve(name);
    Process made =
        new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file.toString())
            .inheritIO()
            .start();
    if (made.waitFor() != 0) {
      throw new IOException("ssh-keygen made no key");
    }
    return file;
  }

  /** A repository on this machine, as this server gives it. */
  public RepositoryUrl url(String path) {
    return new RepositoryUrl(
        "ssh://%s@localhost:%d%s".formatted(System.getProperty("user.name"), port, path));
  }

  /** The host and port, as a credential's place names them. */
  public String host() {
    return "localhost:" + port;
  }

  /** The private key that is let in. */
  public Path key() {
    return key;
  }

  /** The server's own keys, as a client must know them. */
  public Path knownHosts() {
    return knownHosts;
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
