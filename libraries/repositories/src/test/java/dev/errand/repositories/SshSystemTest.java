package dev.errand.repositories;

import static dev.errand.repositories.MirrorsSystemTest.assertFails;
import static dev.errand.repositories.MirrorsSystemTest.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.repositories.credentials.Credential;
import dev.errand.repositories.credentials.Credentials;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.GitPlace;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against OpenSSH's own server, which this needs: Debian's package openssh-server. */
final class SshSystemTest {
  private static final RefName MAIN = new RefName("main");

  @TempDir Path scratch;
  private Origin origin;
  private SshServer server;
  private Path key;
  private Path knownHosts;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    origin = Origin.create(scratch.resolve("web"));
    server = new SshServer(scratch);
    key = server.key();
    knownHosts = server.knownHosts();
  }

  @AfterEach
  void stop() {
    server.close();
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

  @Test
  void clonesBySshWithAKeyFromAKnownHost() throws InterruptedException {
    CommitSha commit = origin.write("a", "a").commit("first");
    RepositoryUrl url = server.url(origin.directory().toString());
    Mirrors mirrors = mirrors(key, knownHosts);

    assertThat(mirrors.resolve(url, null)).isEqualTo(new Resolved(MAIN, commit, MAIN));
    mirrors.fetch(url, MAIN, commit, line -> {});

    assertThat(mirrors.rootNames(url, commit)).containsExactly("a");
  }

  @Test
  void clonesWithAKeyThatRestsNowhere() throws Exception {
    CommitSha commit = origin.write("a", "a").commit("first");
    RepositoryUrl url = server.url(origin.directory().toString());
    Path nobody = Files.createFile(scratch.resolve("nobody"));
    Credential credential =
        Credential.of(
            new Credential.Key(Files.readString(knownHosts), Files.readString(key)).toBytes());
    var found = new Credentials.Found(new GitPlace(server.host()), 1, credential);
    Mirrors strangers = mirrors(server.makeKey("stranger"), nobody);
    Mirrors members = strangers.with(asked -> Optional.of(found));

    assertThat(members.resolve(url, null)).isEqualTo(new Resolved(MAIN, commit, MAIN));
    members.fetch(url, MAIN, commit, line -> {});

    assertThat(members.rootNames(url, commit)).containsExactly("a");
    assertFails(FailureCode.REPOSITORY_UNREACHABLE, () -> strangers.resolve(url, MAIN));
    String secret = Files.readAllLines(key).get(1);
    for (Path place : List.of(scratch.resolve("mirrors"), Path.of("/dev/shm"))) {
      try (Stream<Path> files = Files.walk(place)) {
        assertThat(files.filter(file -> Files.isRegularFile(file) && holds(file, secret)))
            .as("files with the key in " + place)
            .isEmpty();
      }
    }
  }

  private static boolean holds(Path file, String text) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      return false; // another process's, and gone
    }
  }

  @Test
  void saysWhatIsWrongWithHostKeyOrRepository() throws Exception {
    origin.commit("first");
    RepositoryUrl url = server.url(origin.directory().toString());
    Path nobody = Files.createFile(scratch.resolve("nobody"));
    Path stranger = server.makeKey("stranger");
    Files.setPosixFilePermissions(stranger, PosixFilePermissions.fromString("rw-------"));

    assertThat(failure(() -> mirrors(key, nobody).resolve(url, MAIN)).failure().toString())
        .contains("known_hosts");
    assertThat(failure(() -> mirrors(stranger, knownHosts).resolve(url, MAIN)).failure().message())
        .contains("ssh key");
    assertFails(
        FailureCode.REPOSITORY_UNREACHABLE,
        () -> mirrors(key, knownHosts).resolve(server.url("/nowhere"), MAIN));
  }
}
