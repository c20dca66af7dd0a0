package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.repositories.GitHttpServer;
import dev.errand.repositories.SshServer;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tasks on repositories of other hosts, by https and ssh, submodules included: hosts on loopback,
 * which an operator has to allow by name.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RemoteRepositorySystemTest {
  private static final int LARGE = 120; // MiB
  private static final long LIMIT = 100L << 20;

  @TempDir private static Path scratch;

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private GitHttpServer https;

  @SuppressWarnings("NullAway.Init")
  private SshServer ssh;

  @SuppressWarnings("NullAway.Init")
  private Path served;

  @BeforeAll
  void start() throws IOException, InterruptedException {
    served = scratch.resolve("served");
    ScratchRepository inner = ScratchRepository.in(served.resolve("inner"));
    inner.write("inner.txt", "inner\n");
    inner.commit("Be inside");
    ScratchRepository outer = ScratchRepository.in(served.resolve("outer"));
    outer.write("README.md", "# foo\n");
    outer.git("submodule", "--quiet", "add", served.resolve("inner").toUri().toString(), "inner");
    outer.git("config", "--file", ".gitmodules", "submodule.inner.url", "../inner");
    outer.commit("Have a submodule");
    https = GitHttpServer.secure(served, scratch.resolve("tls"));
    ssh = new SshServer(Files.createDirectory(scratch.resolve("ssh")));
    errand =
        Deployment.start(
            Map.of(
                "errand.repositories.hosts",
                "localhost",
                "errand.repositories.ca-file",
                https.certificate().toString(),
                "errand.repositories.ssh-identity",
                ssh.key().toString(),
                "errand.repositories.ssh-known-hosts",
                ssh.knownHosts().toString(),
                "errand.repositories.max-mirror-bytes",
                Long.toString(LIMIT)));
  }

  @AfterAll
  void end() {
    https.close();
    ssh.close();
    errand.close();
  }

  @Test
  void clonesByHttpsWithSubmodules() {
    assertThat(diffOf("by-https", https.url("outer").value())).contains("+# bar", "+inner");
  }

  @Test
  void clonesBySshWithSubmodules() {
    assertThat(diffOf("by-ssh", ssh.url(served.resolve("outer").toString()).value()))
        .contains("+# bar", "+inner");
  }

  @Test
  void whatGitLfsKeepsIsThereAndOnlyWhatChangesIsInTheDiff() {
    ScratchRepository assets = ScratchRepository.in(served.resolve("assets"));
    assets.git("lfs", "install", "--local");
    assets.git("lfs", "track", "*.bin");
    assets.write("README.md", "# foo\n");
    assets.write("same.bin", "the same\n");
    assets.write("changed.bin", "the first\n");
    assets.commit("Keep assets");
    assets.git("config", "http.sslVerify", "false");
    assets.git("config", "lfs.locksverify", "false");
    assets.git("lfs", "push", https.url("assets").value(), "main");

    errand.applyEnvironment("assets", https.url("assets").value(), "", "5m");
    String prompt =
        "git status --porcelain > status; cat same.bin > seen; echo second >> changed.bin";
    String task =
        Deployment.taskOf(
            errand
                .errand("cloud", "exec", "--env", "assets", "--branch", "main", prompt)
                .succeeded());
    JsonNode ended = errand.awaitEnd(task);
    assertThat(ended.path("state").asText()).as(ended.toPrettyString()).isEqualTo("ready");
    assertThat(errand.errand("cloud", "diff", task).succeeded().out())
        .contains("+the same", "+second", "@@ -0,0 +1 @@\n+?? status\n") // and nothing else
        .doesNotContain("same.bin");

    errand.errandWith("", assets.folder(), "apply", task).succeeded();
    assertThat(assets.read("changed.bin")).isEqualTo("the first\nsecond\n");
    assertThat(assets.read("same.bin")).isEqualTo("the same\n");
  }

  @Test
  void aHostThatIsNotAllowedIsRefused() {
    CommandResult refused = exec("elsewhere", "https://127.0.0.1:1/outer");

    assertThat(refused.exited(1).err()).contains(FailureCode.REPOSITORY_REFUSED.name());
  }

  @Test
  void aHostThatDoesNotAnswerIsNamed() {
    CommandResult refused = exec("nobody", "https://localhost:1/outer");

    assertThat(refused.exited(1).err())
        .contains(FailureCode.REPOSITORY_UNREACHABLE.name(), "git ls-remote");
  }

  @Test
  void aHistoryBeyondTheLimitEndsItsTask() {
    ScratchRepository large = ScratchRepository.withHistory(LARGE);
    JsonNode ended = errand.awaitEnd(Deployment.taskOf(exec("too-large", large.url()).succeeded()));
    large.delete();

    JsonNode failure = ended.at("/attempts/0/failure");
    assertThat(failure.path("code").asText())
        .as(ended.toPrettyString())
        .isEqualTo(FailureCode.REPOSITORY_TOO_LARGE.name());
  }

  private String diffOf(String environment, String url) {
    String task = Deployment.taskOf(exec(environment, url).succeeded());
    JsonNode ended = errand.awaitEnd(task);
    assertThat(ended.path("state").asText()).as(ended.toPrettyString()).isEqualTo("ready");
    return errand.errand("cloud", "diff", task).succeeded().out();
  }

  private CommandResult exec(String environment, String url) {
    errand.applyEnvironment(environment, url, "", "5m");
    String prompt = "sed -i s/foo/bar/ README.md; cat inner/inner.txt > copy.txt";
    return errand.errand("cloud", "exec", "--env", environment, "--branch", "main", prompt);
  }
}
