package dev.errand.repositories;

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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Contents that a real git-lfs has pushed (Debian's package git-lfs), and servers that are not what
 * they should be.
 */
final class LfsSystemTest {
  private static final RefName MAIN = new RefName("main");
  private static final byte[] LARGE = "large\n".repeat(100_000).getBytes(StandardCharsets.UTF_8);

  @TempDir Path scratch;
  private Origin origin;
  private GitHttpServer server;
  private CommitSha commit;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    origin = Origin.create(scratch.resolve("served/private/web"));
    server = GitHttpServer.secure(scratch.resolve("served"), scratch.resolve("tls"));
    origin.git("lfs", "install", "--local");
    origin.git("config", "http.sslVerify", "false");
    origin.git("config", "lfs.locksverify", "false");
    origin.git("lfs", "track", "*.bin");
    origin.write("a.bin", LARGE).write("d/ü b.bin", "small".getBytes(StandardCharsets.UTF_8));
    origin.write("text", "text").write("d/again.bin", LARGE);
    commit = origin.commit("lfs");
    String address = server.url("private/web").value().replace("https://", "https://robot:%s@");
    origin.git("remote", "add", "origin", address.formatted(GitHttpServer.TOKEN));
    origin.git("lfs", "push", "origin", "main");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private RepositoryPolicy policy(long maxBytes) {
    return new RepositoryPolicy(
        List.of(),
        false,
        Set.of(),
        maxBytes,
        Duration.ofSeconds(20),
        Duration.ofMinutes(1),
        server.certificate(),
        null,
        null,
        null);
  }

  private Mirrors mirrors(long maxBytes) {
    String address = server.url("x").value();
    GitPlace place =
        new GitPlace(address.substring("https://".length(), address.lastIndexOf('/')) + "/private");
    var robot = new Credentials.Found(place, 1, new Credential.Token("robot", GitHttpServer.TOKEN));
    return new Mirrors(scratch.resolve("mirrors"), policy(maxBytes))
        .with(url -> Optional.of(robot));
  }

  private List<String> contents(Mirrors mirrors) throws InterruptedException {
    RepositoryUrl url = server.url("private/web");
    mirrors.fetch(url, MAIN, commit, line -> {});
    return mirrors.contents(url, commit, List.of(), line -> {});
  }

  /** What boxes see of the contents. */
  private List<Path> kept(Mirrors mirrors, RepositoryUrl url) throws Exception {
    Path lfs = mirrors.directory(url).resolve("lfs");
    if (!Files.exists(lfs)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(lfs)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private List<Path> kept(Mirrors mirrors) throws Exception {
    return kept(mirrors, server.url("private/web"));
  }

  @Test
  void bringsEachContentOnceToWhereGitLfsLooksForIt() throws Exception {
    Mirrors mirrors = mirrors(1L << 30);

    assertThat(contents(mirrors)).isEmpty();
    assertThat(contents(mirrors)).isEmpty();

    assertThat(server.lfs().downloads()).hasSize(2);
    Path mirror = mirrors.directory(server.url("private/web"));
    Path clone = scratch.resolve("clone");
    Origin.git(scratch, "clone", "--quiet", "--shared", mirror.toString(), clone.toString(), "-n");
    Origin.git(clone, "lfs", "install", "--local");
    Origin.git(clone, "config", "lfs.url", "https://127.0.0.1:1/"); // nobody is asked
    Origin.git(clone, "checkout", "--quiet", commit.value());
    assertThat(Files.readAllBytes(clone.resolve("a.bin"))).isEqualTo(LARGE);
    assertThat(clone.resolve("d/ü b.bin")).hasContent("small");
  }

  @Test
  void whatWasNeverGivenToGitLfsIsNoPointer() throws Exception {
    origin.write("raw.bin", new byte[] {(byte) 0xff, 0, (byte) 0xfe, '\n'});
    origin.git("lfs", "uninstall", "--local");
    origin.git("add", "raw.bin"); // and no other: without the filter they would become contents
    origin.git("commit", "--quiet", "--message", "raw");
    commit = origin.head();
    Mirrors mirrors = mirrors(1L << 30);

    assertThat(contents(mirrors)).isEmpty();
    assertThat(kept(mirrors)).hasSize(2);
  }

  @Test
  void asksAServerThatTheHostNamesBySsh() throws Exception {
    try (SshServer ssh = new SshServer(Files.createDirectory(scratch.resolve("ssh")))) {
      String basic = "robot:" + GitHttpServer.TOKEN;
      ssh.install(
          "git-lfs-authenticate",
          """
          #!/bin/sh
          [ "$*" = "%s download" ] || exit 1
          echo '{"href": "%s/info/lfs", "header": {"Authorization": "Basic %s"}}'
          """
              .formatted(
                  origin.directory(),
                  server.url("private/web"),
                  java.util.Base64.getEncoder()
                      .encodeToString(basic.getBytes(StandardCharsets.UTF_8))));
      RepositoryPolicy https = policy(1L << 30);
      Mirrors mirrors =
          new Mirrors(
              scratch.resolve("mirrors"),
              new RepositoryPolicy(
                  https.fileRoots(),
                  https.allowHttp(),
                  https.hosts(),
                  https.maxMirrorBytes(),
                  https.resolveTimeout(),
                  https.fetchTimeout(),
                  https.caFile(),
                  null,
                  ssh.key(),
                  ssh.knownHosts()));
      RepositoryUrl url = ssh.url(origin.directory().toString());
      mirrors.fetch(url, MAIN, commit, line -> {});

      assertThat(mirrors.contents(url, commit, List.of(), line -> {})).isEmpty();
      assertThat(kept(mirrors, url)).hasSize(2);
    }
  }

  @Test
  void copiesThemFromAFolderAndNothingFromOutsideOfIt() throws Exception {
    Path roots = scratch.resolve("served");
    Mirrors mirrors =
        new Mirrors(
            scratch.resolve("mirrors"), RepositoryPolicy.REMOTE_ONLY.withFileRoots(List.of(roots)));
    mirrors.fetch(origin.url(), MAIN, commit, line -> {});
    Path own = origin.directory().resolve(".git/lfs");
    Path outside = Files.move(own, scratch.resolve("outside"));
    Files.createSymbolicLink(own, outside);

    assertThat(failure(() -> mirrors.contents(origin.url(), commit, List.of(), line -> {})).code())
        .isEqualTo(FailureCode.REPOSITORY_REFUSED);
    assertThat(kept(mirrors, origin.url())).isEmpty();
    Files.delete(own);
    Files.move(outside, own);

    assertThat(mirrors.contents(origin.url(), commit, List.of(), line -> {})).isEmpty();
    assertThat(kept(mirrors, origin.url())).hasSize(2);
  }

  @Test
  void readsNoServerOutOfTheRepository() throws Exception {
    try (ServerSocket trap = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      origin.write(
          ".lfsconfig", "[lfs]\n\turl = https://localhost:%d\n".formatted(trap.getLocalPort()));
      commit = origin.commit("elsewhere");

      assertThat(contents(mirrors(1L << 30))).isEmpty();
      assertNobodyCame(trap);
    }
  }

  /** The server is the repository's own, and yet it is not to send this machine anywhere. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://127.0.0.1:%d/x",
        "https://[::1]:%d/x",
        "https://2130706433:%d/x",
        "http://localhost:%d/x",
        "file:///etc/passwd?%d",
        "//localhost:%d/x",
        "https://not a host:%d/",
      })
  void asksNoAddressThatTheServerMayNotName(String address) throws Exception {
    try (ServerSocket trap = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server
          .lfs()
          .answering(
              (content, action) -> action.put("href", address.formatted(trap.getLocalPort())));
      Mirrors mirrors = mirrors(1L << 30);

      assertThat(contents(mirrors)).singleElement().asString().contains("are pointers");
      assertNobodyCame(trap);
      assertThat(kept(mirrors)).isEmpty();
    }
  }

  private static void assertNobodyCame(ServerSocket trap) throws IOException {
    trap.setSoTimeout(200);
    org.assertj.core.api.Assertions.assertThatExceptionOfType(java.net.SocketTimeoutException.class)
        .isThrownBy(trap::accept);
  }

  @Test
  void showsTheTokenToTheRepositorysOwnAddressesOnly() throws Exception {
    server
        .lfs()
        .answering(
            (content, action) ->
                action.put("href", action.path("href").asText().replace("/private/", "/other/")));

    assertThat(contents(mirrors(1L << 30))).isEmpty();
    assertThat(server.lfs().downloads()).hasSize(2).allMatch(line -> line.endsWith(" null"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/private/web/../../private/", "/private/web/%2e%2e/%2E%2e/private/"})
  void showsTheTokenToNoAddressThatLeadsOutOfTheRepository(String path) throws Exception {
    server
        .lfs()
        .answering(
            (content, action) ->
                action.put("href", action.path("href").asText().replace("/private/", path)));

    assertThat(contents(mirrors(1L << 30))).singleElement().asString().contains("another login");
    assertThat(server.lfs().downloads()).isEmpty();
  }

  @Test
  void takesNoHeaderThatIsMoreThanOne() throws Exception {
    server
        .lfs()
        .answering(
            (content, action) ->
                action.putObject("header").put("X-A", "b\r\nContent-Length: 0\r\n\r\nDELETE /"));

    assertThat(contents(mirrors(1L << 30))).singleElement().asString().contains("header");
    assertThat(server.lfs().downloads()).isEmpty();
  }

  @Test
  void keepsNothingThatIsNotWhatItsPointerSays() throws Exception {
    Mirrors mirrors = mirrors(1L << 30);
    server.lfs().delivering(bytes -> Arrays.copyOf(bytes, bytes.length + 1));
    assertThat(contents(mirrors)).singleElement().asString().contains("longer");

    server.lfs().delivering(bytes -> new byte[bytes.length]);
    assertThat(contents(mirrors)).singleElement().asString().contains("not what its pointer says");

    server.lfs().delivering(bytes -> Arrays.copyOf(bytes, 1));
    assertThat(contents(mirrors)).singleElement().asString().contains("not what its pointer says");
    assertThat(kept(mirrors)).isEmpty();
  }

  @Test
  void followsARedirectOfADownloadAsFarAsItMayAsk() throws Exception {
    try (ServerSocket trap = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Mirrors mirrors = mirrors(1L << 30);
      server.lfs().redirecting(url -> "https://127.0.0.1:%d/x".formatted(trap.getLocalPort()));
      assertThat(contents(mirrors)).singleElement().asString().contains("are pointers");
      assertNobodyCame(trap);

      server.lfs().redirecting(url -> url);
      assertThat(contents(mirrors)).singleElement().asString().contains("from one address to");

      server.lfs().redirecting(url -> url.contains("?") ? null : url + "?signed");
      assertThat(contents(mirrors)).isEmpty();
    }
  }

  @Test
  void triesAgainWhereItMayHelp() throws Exception {
    Mirrors mirrors = mirrors(1L << 30);
    server.lfs().answering(503);
    assertThat(failure(() -> contents(mirrors)).code())
        .isEqualTo(FailureCode.REPOSITORY_UNREACHABLE);

    server.lfs().answering(403);
    assertThat(contents(mirrors)).singleElement().asString().contains("another login");

    server.lfs().answering(200);
    assertThat(contents(mirrors)).isEmpty();
  }

  @Test
  void refusesWhatIsBeyondTheMirrorsLimit() throws Exception {
    Mirrors mirrors = mirrors(300_000);

    assertThat(failure(() -> contents(mirrors)).code()).isEqualTo(FailureCode.REPOSITORY_TOO_LARGE);
    assertThat(kept(mirrors)).isEmpty();
  }

  @Test
  void aPointerWithoutAContentSaysSo() throws Exception {
    origin.write(
        "lost.bin",
        """
        version https://git-lfs.github.com/spec/v1
        oid sha256:%s
        size 5
        """
            .formatted("1".repeat(64)));
    commit = origin.commit("lost");

    assertThat(contents(mirrors(1L << 30)))
        .singleElement()
        .asString()
        .contains("1 file(s)", "nobody knows it");
  }
}
