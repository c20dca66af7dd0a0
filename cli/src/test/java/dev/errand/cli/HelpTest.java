package dev.errand.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
final class HelpTest {
  @TempDir private Path folder;

  /** The page is what the program prints; when it is not, target/cli.md is what it should be. */
  @Test
  void theDocumentedCommandsAreTheRealOnes() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # The errand command

            This page is what the program prints with `--help`; a test compares them.
            """);
    for (String name : names()) {
      String[] arguments = (name + " --help").strip().split(" ");
      Errand.Outcome outcome = new Errand(folder).run(arguments);
      assertThat(outcome.exit()).as(name).isZero();
      page.append("\n## errand").append(name.isEmpty() ? "" : " " + name).append("\n\n```\n");
      page.append(outcome.out().stripTrailing()).append("\n```\n");
    }
    Files.writeString(Path.of("target/cli.md"), page);

    String documented = Files.readString(Path.of("../docs/cli.md"));

    assertThat(documented)
        .as("docs/cli.md is out of date: copy cli/target/cli.md over it")
        .isEqualTo(page.toString());
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    collect("", new Errand(folder).program().commands(), names);
    return names;
  }

  private static void collect(String name, CommandLine command, List<String> names) {
    names.add(name.strip());
    Collection<CommandLine> below = new LinkedHashSet<>(command.getSubcommands().values());
    below.forEach(each -> collect(name + " " + each.getCommandName(), each, names));
  }

  @Test
  void bashTakesTheCompletion() throws IOException, InterruptedException {
    Errand.Outcome outcome = new Errand(folder).run("completion", "bash");
    Path script = Files.writeString(folder.resolve("completion"), outcome.out());

    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source '"
                    + script
                    + "' && complete -p errand && COMP_WORDS=(errand cl)"
                    + " COMP_CWORD=1 && _complete_errand && echo \"${COMPREPLY[@]}\"")
            .redirectErrorStream(true)
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(bash.waitFor()).as(said).isZero();
    assertThat(said).contains("_complete_errand errand").endsWith("cloud\n");
  }

  @Test
  void aMistypedCommandIsNamed() {
    Errand.Outcome outcome = new Errand(folder).run("cloud", "lsit");

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err())
        .contains("errand: there is no command 'errand cloud lsit'")
        .contains("perhaps you should read: errand cloud --help");
  }

  @Test
  void theServersCommandsStandInTheHelpAndTheCompletion() {
    assertThat(new Errand(folder).run("--help").out())
        .contains("up          Start the server on this machine")
        .contains("doctor  ");
    assertThat(new Errand(folder).run("completion", "bash").out()).contains("doctor");
  }

  @Test
  void theServersCommandsTakeNoOtherServer() {
    Errand.Outcome outcome = new Errand(folder).run("--server", "http://localhost:1", "up");

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).contains("perhaps you should run: errand up");
  }

  @Test
  void wrongUseEndsWithTwoAndSaysWhereToRead() {
    Errand.Outcome outcome = new Errand(folder).run("cloud", "exec", "--nope");

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err())
        .contains("errand: Unknown option: '--nope'")
        .contains("perhaps you should read: errand cloud exec --help");
    assertThat(outcome.out()).isEmpty();
  }
}
