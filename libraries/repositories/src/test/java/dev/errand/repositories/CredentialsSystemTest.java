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
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is shown which credential, and where it could be seen: against git's own server by https. */
final class CredentialsSystemTest {
  private static final RefName MAIN = new RefName("main");

  @TempDir Path scratch;
  private Origin origin;
  private GitHttpServer server;
  private Mirrors strangers;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    origin = Origin.create(scratch.resolve("served/private/web"));
    server = GitHttpServer.secure(scratch.resolve("served"), scratch.resolve("tls"));
    strangers = new Mirrors(scratch.resolve("mirrors"), policy(List.of()));
  }

  private RepositoryPolicy policy(List<Path> fileRoots) {
    return new RepositoryPolicy(
        fileRoots,
        false,
        Set.of(),
        1L << 30,
        Duration.ofSeconds(20),
        Duration.ofMinutes(1),
        server.certificate(),
        null,
        null,
        null);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Credentials token(String path, String token) {
    String address = server.url("x").value();
    String host = address.substring("https://".length(), address.lastIndexOf('/'));
    GitPlace place = new GitPlace(host + path);
    var found = new Credentials.Found(place, 1, new Credential.Token("robot", token));
    return url -> Optional.of(found);
  }

  private Mirrors robots() {
    return strangers.with(token("/private", GitHttpServer.TOKEN));
  }

  @Test
  void aTokenOpensAPrivateRepository() throws InterruptedException {
    CommitSha commit = origin.write("a", "a").commit("first");
    RepositoryUrl url = server.url("private/web");

    assertThat(failure(() -> strangers.resolve(url, MAIN)).failure().message())
        .contains("asks for a login");
    assertThat(robots().resolve(url, null)).isEqualTo(new Resolved(MAIN, commit, MAIN));
    assertThat(robots().resolve(url, new RefName(commit.value())).commit()).isEqualTo(commit);
    robots().fetch(url, MAIN, commit, line -> {});

    assertThat(robots().rootNames(url, commit)).containsExactly("a");
  }

  @Test
  void whatACredentialHasOpenedIsNoStrangers() throws InterruptedException {
    CommitSha commit = origin.write("a", "a").commit("first");
    RepositoryUrl url = server.url("private/web");
    robots().fetch(url, MAIN, commit, line -> {});

    assertThat(strangers.directory(url)).isNotEqualTo(robots().directory(url));
    assertThat(strangers.file(url, commit, "a")).isEmpty();
    assertFails(
        FailureCode.REPOSITORY_UNREACHABLE,
        () -> strangers.resolve(url, new RefName(commit.value())));
    assertFails(
        FailureCode.REPOSITORY_UNREACHABLE, () -> strangers.fetch(url, MAIN, commit, line -> {}));
  }

  @Test
  void aTokenIsForItsPathAndHostAlone() throws InterruptedException {
    origin.commit("first");
    RepositoryUrl url = server.url("private/web");

    for (String path : List.of("/private/webs", "/other", "/private/web/deeper", "/priv")) {
      Mirrors elsewhere = strangers.with(token(path, GitHttpServer.TOKEN));
      assertFails(FailureCode.REPOSITORY_UNREACHABLE, () -> elsewhere.resolve(url, MAIN));
    }
  }

  @Test
  void aWrongTokenIsNamedAndNotTold() {
    String wrong = "wrong-token-0123456789";
    Mirrors mirrors = strangers.with(token("/private", wrong));

    var failure = failure(() -> mirrors.resolve(server.url("private/web"), MAIN));

    assertThat(failure.code()).isEqualTo(FailureCode.REPOSITORY_UNREACHABLE);
    assertThat(failure.failure().toString()).contains("login").doesNotContain(wrong);
  }

  /** Whoever may push to a repository must not read all that the installation can. */
  @Test
  void aSubmoduleIsShownNoCredentialButItsParents() throws InterruptedException {
    Origin open = Origin.create(scratch.resolve("served/open"));
    CommitSha inner = origin.write("secret", "s").commit("first");
    CommitSha thief = withSubmodule(open, inner);
    Origin sibling = Origin.create(scratch.resolve("served/private/sibling"));
    CommitSha member = withSubmodule(sibling, inner);

    RepositoryUrl openUrl = server.url("open");
    robots().fetch(openUrl, MAIN, thief, line -> {});
    assertFails(
        FailureCode.REPOSITORY_UNREACHABLE, () -> robots().submodules(openUrl, thief, line -> {}));
    RepositoryUrl siblingUrl = server.url("private/sibling");
    robots().fetch(siblingUrl, MAIN, member, line -> {});
    assertThat(robots().submodules(siblingUrl, member, line -> {})).hasSize(1);
  }

  @Test
  void aRepositoryFromElsewhereNamesNoFolderOfThisMachine() throws InterruptedException {
    Origin secret = Origin.create(scratch.resolve("folder"));
    CommitSha inner = secret.write("secret", "s").commit("first");
    CommitSha thief = withSubmodule(origin, inner, secret.url());
    RepositoryUrl url = server.url("private/web");
    Mirrors local = new Mirrors(scratch.resolve("local"), policy(List.of(Path.of("/"))));
    Mirrors robots = local.with(token("/private", GitHttpServer.TOKEN));
    robots.fetch(url, MAIN, thief, line -> {});

    assertFails(FailureCode.REPOSITORY_REFUSED, () -> robots.submodules(url, thief, line -> {}));
  }

  private CommitSha withSubmodule(Origin parent, CommitSha inner) {
    return withSubmodule(parent, inner, server.url("private/web"));
  }

  private static CommitSha withSubmodule(Origin parent, CommitSha inner, RepositoryUrl url) {
    String text = "[submodule \"s\"]%n\tpath = s%n\turl = %s%n".formatted(url);
    parent.write(".gitmodules", text);
    parent.git("add", ".gitmodules");
    parent.git("update-index", "--add", "--cacheinfo", "160000," + inner + ",s");
    parent.git("commit", "--quiet", "--message", "with a submodule");
    return parent.head();
  }

  /** Every place where another user, a log or a later reader could find it. */
  @Test
  void aTokenIsInNoArgumentVariableFileOrMessage() throws Exception {
    CommitSha commit = origin.write("a", "a").commit("first");
    RepositoryUrl url = server.url("private/web");
    List<String> messages = new ArrayList<>();
    Set<String> processes = new HashSet<>();
    Thread watcher = Thread.startVirtualThread(() -> watch(processes));

    robots().resolve(url, MAIN);
    robots().fetch(url, MAIN, commit, messages::add);
    watcher.interrupt();
    watcher.join();

    assertThat(processes).anySatisfy(each -> assertThat(each).contains("GIT_CONFIG_COUNT"));
    assertThat(processes).noneSatisfy(each -> assertThat(each).contains(GitHttpServer.TOKEN));
    assertThat(messages).noneSatisfy(each -> assertThat(each).contains(GitHttpServer.TOKEN));
    try (Stream<Path> files = Files.walk(scratch.resolve("mirrors"))) {
      assertThat(files.filter(Files::isRegularFile))
          .noneSatisfy(
              file ->
                  assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                      .contains(GitHttpServer.TOKEN));
    }
  }

  /** Arguments and variables of every process that this one has started. */
  private static void watch(Set<String> seen) {
    while (!Thread.currentThread().isInterrupted()) {
      ProcessHandle.current()
          .descendants()
          .forEach(
              process -> {
                for (String file : List.of("cmdline", "environ")) {
                  try {
                    Path path = Path.of("/proc", Long.toString(process.pid()), file);
                    seen.add(Files.readString(path, StandardCharsets.ISO_8859_1));
                  } catch (IOException e) {
                    seen.add(""); // it has ended meanwhile
                  }
                }
              });
      Thread.onSpinWait();
    }
  }
}
