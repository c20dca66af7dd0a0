package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A person who has read only the README runs a task on a repository of their own. */
class ReadmeSystemTest {
  private static final String REPOSITORY = "https://github.com/acme/web";
  private static final String PORTS =
      "-Dquarkus.http.port=%d -Derrand.server.kafka.port=%d -Derrand.server.kafka.controller-port=%d"
          .formatted(Deployment.freePort(), Deployment.freePort(), Deployment.freePort());
  private static final Pattern ADDRESS = Pattern.compile("/codex/tasks/([0-9A-HJKMNP-TV-Z]{26})");

  @SuppressWarnings("NullAway.Init")
  private Path home;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository upstream;

  @BeforeEach
  void beAPersonWithARepository() throws IOException {
    home = Files.createTempDirectory(Path.of("/tmp"), "errand-rm");
    Files.createSymbolicLink(home.resolve("errand"), SourceTree.ROOT.resolve("errand"));
    upstream = ScratchRepository.withReadme();
    upstream.run("git", "clone", "-q", upstream.url(), home.resolve("web").toString());
  }

  @AfterEach
  void end() {
    shell("./errand down").succeeded();
    upstream.delete();
    Folders.delete(home);
  }

  @Test
  void theBlockForYourOwnRepositoryDoesWhatItSays() throws IOException {
    String block =
        Markdown.read("README.md").blocks("sh").stream()
            .filter(shell -> shell.contains(REPOSITORY))
            .findFirst()
            .orElseThrow();
    int second = block.lastIndexOf("\n", block.indexOf("TASK ")) + 1;

    CommandResult handedOver =
        shell(block.substring(0, second).replace(REPOSITORY, upstream.url())).succeeded();
    String task = taskOf(handedOver.out());
    CommandResult collected = shell(block.substring(second).replace("TASK", task)).succeeded();

    assertThat(Files.readString(home.resolve("web/README.md"))).startsWith("# bar\n");
    assertThat(collected.out()).contains("README.md", "Errand has stopped.");
  }

  private static String taskOf(String printed) {
    Matcher address = ADDRESS.matcher(printed);
    assertThat(address.find()).as(printed).isTrue();
    return address.group(1);
  }

  private CommandResult shell(String script) {
    return CommandResult.of(
        List.of("bash", "-euo", "pipefail", "-c", script),
        home,
        "",
        Map.of(
            "HOME",
            home.toString(),
            "ERRAND_DATA",
            home.resolve("data").toString(),
            "NPM_TOKEN",
            "a-secret",
            "ERRAND_JAVA_OPTIONS",
            PORTS));
  }
}
