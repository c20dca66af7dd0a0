package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.repositories.GitHttpServer;
import dev.errand.repositories.SshServer;
import dev.errand.schemas.ids.RepositoryUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Private repositories through the whole pipeline, from git's own servers with their logins. */
class PrivateRepositorySystemTest {
  @TempDir Path scratch;
  private GitHttpServer https;
  private SshServer ssh;
  private Deployment errand;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    Path served = Files.createDirectories(scratch.resolve("served/private"));
    ScratchRepository repository = ScratchRepository.withReadme();
    repository.git("clone", "-q", "--bare", ".", served.resolve("web").toString());
    repository.delete();
    https = GitHttpServer.secure(scratch.resolve("served"), scratch.resolve("tls"));
    ssh = new SshServer(scratch);
    errand =
        Deployment.start(Map.of("errand.repositories.ca-file", https.certificate().toString()));
  }

  @AfterEach
  void stop() {
    errand.close();
    ssh.close();
    https.close();
  }

  @Test
  void aTokenForHttpsOpensWhatItIsForAndStaysSealed() {
    RepositoryUrl url = https.url("private/web");
    String host = url.value().split("/")[2];
    String place = host + "/private";
    errand.applyEnvironment("web", url.value(), "");
    assertThat(exec("web").exited(1).err()).contains("REPOSITORY_UNREACHABLE");

    secret(GitHttpServer.TOKEN, "set", "--user", "robot", place).succeeded();
    assertThat(secret("", "list").succeeded().out())
        .contains(place)
        .doesNotContain(GitHttpServer.TOKEN);
    String task = diffOf("web");
    assertThat(errand.errand("cloud", "logs", task).succeeded().out())
        .doesNotContain(GitHttpServer.TOKEN);
    assertThat(filesWith(GitHttpServer.TOKEN)).isEmpty();

    secret("", "delete", place).succeeded();
    assertThat(exec("web").exited(1).err()).contains("REPOSITORY_UNREACHABLE");
    assertThat(secret("", "delete", place).exitCode()).isEqualTo(3);
  }

  @Test
  void aKeyForSshOpensWhatItIsFor() throws IOException {
    RepositoryUrl url = ssh.url(scratch.resolve("served/private/web").toString());
    errand.applyEnvironment("web", url.value(), "");
    assertThat(exec("web").exited(1).err()).contains("REPOSITORY_UNREACHABLE");

    String key = Files.readString(ssh.key());
    String[] set = {"set", "--known-hosts", ssh.knownHosts().toString(), ssh.host()};
    secret(key, set).succeeded();

    diffOf("web");
    assertThat(filesWith(key.lines().toList().get(1))).isEmpty();
  }

  @Test
  void onlyOperatorsGiveCredentials() {
    String producer = errand.errand("token", "create", "robot").succeeded().out().strip();

    for (String verb : List.of("set", "delete")) {
      assertThat(
              errand.errandAs(producer, "secret", verb, "--kind", "git", "example.com").exitCode())
          .isNotZero();
    }
    assertThat(errand.errandAs(producer, "secret", "list", "--kind", "git").exitCode())
        .isEqualTo(4);
  }

  private CommandResult secret(String input, String... arguments) {
    List<String> line =
        Stream.concat(
                Stream.of("secret", arguments[0], "--kind", "git"), Stream.of(arguments).skip(1))
            .toList();
    return errand.errandWith(input, SourceTree.ROOT, line.toArray(String[]::new));
  }

  private CommandResult exec(String environment) {
    String prompt = "sed -i s/foo/bar/ README.md";
    return errand.errand("cloud", "exec", "--env", environment, "--branch", "main", prompt);
  }

  private String diffOf(String environment) {
    String task = Deployment.taskOf(exec(environment).succeeded());
    errand.errand("cloud", "wait", task).succeeded();
    assertThat(errand.errand("cloud", "diff", task).succeeded().out()).contains("+# bar");
    return task;
  }

  /** The log of Kafka, mirrors, journals, logs: whatever the installation keeps. */
  private List<Path> filesWith(String secret) {
    return Leftovers.walk(errand.data())
        .filter(file -> Files.isRegularFile(file) && holds(file, secret))
        .toList();
  }

  private static boolean holds(Path file, String text) {
    try {
      return Files.size(file) < 100 << 20
          && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      return false; // removed meanwhile
    }
  }
}
