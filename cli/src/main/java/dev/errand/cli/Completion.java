package dev.errand.cli;

import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.session.Session;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The script that lets a shell complete this command. */
@Command(
    name = "completion",
    description = "Print a completion script for bash or zsh.",
    footer = {
      "",
      "For this shell: source <(errand completion bash)",
      "For every new one: put that line into ~/.bashrc, or into ~/.zshrc with zsh for bash."
    })
final class Completion implements Callable<Integer> {
  private static final String ZSH =
      """
      autoload -Uz compinit bashcompinit
      (( ${+functions[compdef]} )) || compinit
      bashcompinit
      """;

  private final Session session;

  @Spec CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  String shell = "";

  Completion(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    switch (shell) {
      case "bash" -> session.print(AutoComplete.bash("errand", root));
      case "zsh" -> session.print(ZSH + AutoComplete.bash("errand", root));
      default ->
          throw CommandFailure.usage("no completion for '" + shell + "'", "name bash or zsh");
    }
    return 0;
  }
}
