package dev.errand.repositories;

import static dev.errand.repositories.MirrorsSystemTest.assertFails;
import static dev.errand.repositories.MirrorsSystemTest.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against OpenSSH's own server, which this needs: Debian's package openssh-server. */
final class SshSystemTest {
  private static final RefName MAIN = new RefName("main");

  @TempDir Path scratch;
  private Origin origin;
  private Process server;
  private int port;
  private Path key;
  private Path knownHosts;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    origin = Origin.create(scratch.resolve("web"));
    key = key("client");
    Path hostKey = key("host");
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path authorized = scratch.resolve("authorized");
    Files.copy(scratch.resolve("client.pub"), authorized);
    knownHosts = scratch.resolve("known_hosts");
    String[] hostParts = Files.readString(scratch.resolve("host.pub")).split(" ");
    Files.writeString(
        knownHosts, "[localhost]:%d %s %s%n".formatted(port, hostParts[0], hostParts[1]));
    // Where sshd drops its privileges, when it has any; packages make it at the service's start.
    if (Files.isWritable(Path.of("/run"))) {
      Files.createDirectories(Path.of("/run/sshd"));
    }
    server =
        new ProcessBuilder(
                "/usr/sbin/sshd",
                "-D",
                "-e",
                "-f",
                "/dev/null",
                "-o",
                "ListenAddress=127.0.0.1:" + port,
                "-o",
                "HostKey=" + hostKey,
                "-o",
                "AuthorizedKeysFile=" + authorized,
                "-o",
                "StrictModes=no",
                "-o",
                "PidFile=none",
                "-o",
                "PasswordAuthentication=no")
            .redirectErrorStream(true)
            .redirectOutput(scratch.resolve("sshd.log").toFile())
            .start();
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(Files.readString(scratch.resolve("sshd.log")))
                    .contains("Server listening"));
  }

  @AfterEach
  void stop() throws InterruptedException {
    server.destroy();
    server.waitFor();
  }

  private Path key(String name) throws IOException, InterruptedException {
    Path file = scratch.resolve(name);
    Process made =
        new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file.toString())
            .inheritIO()
            .start();
    assertThat(made.waitFor()).isZero();
    return file;
  }

  private Mirrors mirrors(Path identity, Path hosts) {
    return new Mirrors(
        scratch.resolve("mirrors"),
        new RepositoryPolicy(
            List.of(),
            false,
            Set.of(),
            1L << 30,
            Duration.ofSeconds(20),
            Duration.ofMinutes(1),
            null,
            null,
            identity,
            hosts));
  }

  private RepositoryUrl url(String path) {
    return new RepositoryUrl(
        "ssh://%s@localhost:%d%s".formatted(System.getProperty("user.name"), port, path));
  }

  @Test
  void clonesBySshWithAKeyFromAKnownHost() throws InterruptedException {
    CommitSha commit = origin.write("a", "a").commit("first");
    RepositoryUrl url = url(origin.directory().toString());
    Mirrors mirrors = mirrors(key, knownHosts);

    assertThat(mirrors.resolve(url, null)).isEqualTo(new Resolved(MAIN, commit, MAIN));
    mirrors.fetch(url, MAIN, commit, line -> {});

    assertThat(mirrors.rootNames(url, commit)).containsExactly("a");
  }

  @Test
  void saysWhatIsWrongWithHostKeyOrRepository() throws Exception {
    origin.commit("first");
    RepositoryUrl url = url(origin.directory().toString());
    Path nobody = Files.createFile(scratch.resolve("nobody"));
    Path stranger = key("stranger");
    Files.setPosixFilePermissions(stranger, PosixFilePermissions.fromString("rw-------"));

    assertThat(failure(() -> mirrors(key, nobody).resolve(url, MAIN)).failure().toString())
        .contains("known_hosts");
    assertThat(failure(() -> mirrors(stranger, knownHosts).resolve(url, MAIN)).failure().message())
        .contains("ssh key");
    assertFails(
        FailureCode.REPOSITORY_UNREACHABLE,
        () -> mirrors(key, knownHosts).resolve(url("/nowhere"), MAIN));
  }
}
