package dev.errand.cli;

import dev.errand.cli.outcome.CommandFailure;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The server's own commands: described here, so that help and completion know them, and done by the
 * server's program, which {@code ./errand} starts for them.
 */
final class ServerCommands {
  private ServerCommands() {}

  @Command(
      name = "up",
      description = {
        "Start the server on this machine and return when it is ready.",
        "Its data and errand.yaml, its settings, lie in ERRAND_DATA (default: ~/.errand)."
      })
  static final class Up implements Callable<Integer> {
    @Spec CommandSpec spec = CommandSpec.create();

    @Option(names = "--foreground", description = "Serve in this process, until it is ended.")
    boolean foreground;

    @Override
    public Integer call() {
      throw misplaced(spec);
    }
  }

  @Command(
      name = "down",
      description = {
        "Stop the server on this machine.",
        "Running attempts go on in their boxes and are taken up again by `errand up`."
      })
  static final class Down implements Callable<Integer> {
    @Spec CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      throw misplaced(spec);
    }
  }

  @Command(
      name = "doctor",
      description = {
        "Say what the server needs from this machine and does not have, each with its remedy.",
        "Ends with 1 when something is missing."
      })
  static final class Doctor implements Callable<Integer> {
    @Spec CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      throw misplaced(spec);
    }
  }

  /** Takes out of their help what only makes sense for a server that is asked. */
  static void forgetOtherServers(CommandLine root) {
    for (String name : List.of("up", "down", "doctor")) {
      CommandLine command = root.getSubcommands().get(name);
      if (command != null) {
        CommandSpec spec = command.getCommandSpec();
        spec.remove(spec.findOption("--server"));
        spec.remove(spec.findOption("--token"));
      }
    }
  }

  private static CommandFailure misplaced(CommandSpec spec) {
    return CommandFailure.usage(
        "'" + spec.name() + "' is about the server on this machine and takes none of these options",
        "run: " + spec.qualifiedName());
  }
}
