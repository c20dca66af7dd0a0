package dev.errand.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.Json;
import dev.errand.cli.session.RootCommand;
import dev.errand.cli.session.Session;
import dev.errand.cli.session.Surroundings;
import dev.errand.cli.terminal.SafeText;
import dev.errand.cli.terminal.Terminal;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** All commands in one tree, and what happens when one of them fails. */
public final class Program {
  private static final int HELP_COLUMNS = 100;
  private static final Pattern TIME = Pattern.compile("([0-9]{1,7})(s|m|h)");

  private final Surroundings surroundings;
  private final Terminal terminal;
  private final RootCommand root = new RootCommand();

  Program(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.terminal = surroundings.terminal();
  }

  /** The whole tree, for the documentation and the completion. */
  CommandLine commands() {
    return commands(List.of());
  }

  /** Runs one command; the exit code. */
  int run(String... arguments) {
    return commands(List.of(arguments)).execute(arguments);
  }

  private CommandLine commands(List<String> words) {
    CommandLine commands = new CommandLine(root);
    new CommandTree(new Session(surroundings, root), words).addTo(commands);
    configure(commands);
    return commands;
  }

  private void configure(CommandLine commands) {
    Map<String, String> exits = new LinkedHashMap<>();
    for (ExitCode exit : ExitCode.values()) {
      exits.put(String.valueOf(exit.number()), exit.meaning());
    }
    commands
        .getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(exits)
        .footer("", "Completion in this shell: source <(errand completion bash)");
    commands
        .setExpandAtFiles(false) // a prompt may begin with @
        .setUsageHelpWidth(HELP_COLUMNS)
        .setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF))
        .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
        .registerConverter(Duration.class, Program::time)
        .setExecutionStrategy(this::execute)
        .setParameterExceptionHandler((e, arguments) -> misused(e))
        .setExecutionExceptionHandler((e, command, parsed) -> failed(e));
  }

  private int execute(CommandLine.ParseResult parsed) {
    CommandLine last = parsed.asCommandLineList().getLast();
    boolean group = !last.getSubcommands().isEmpty();
    if (group && !last.isUsageHelpRequested()) {
      last.usage(terminal.out());
      return parsed.hasSubcommand() || parsed.originalArgs().isEmpty()
          ? ExitCode.OK.number()
          : ExitCode.USAGE.number();
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private int misused(ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String message = failure.getMessage() == null ? "wrong use" : failure.getMessage();
    if (failure instanceof UnmatchedArgumentException unmatched
        && !command.getSubcommands().isEmpty()
        && !unmatched.isUnknownOption()) {
      message = "there is no command '" + name + " " + unmatched.getUnmatched().getFirst() + "'";
    }
    tell(CommandFailure.usage(message, "read: " + name + " --help"));
    return ExitCode.USAGE.number();
  }

  private int failed(Exception failure) throws Exception {
    if (!(failure instanceof CommandFailure known)) {
      throw failure;
    }
    tell(known);
    return known.exit().number();
  }

  private void tell(CommandFailure failure) {
    terminal.out().flush();
    if (root.json()) {
      ObjectNode json = Json.object();
      json.put("exitCode", failure.exit().number());
      json.put("code", failure.code());
      json.put("detail", failure.text());
      json.put("hint", failure.hint());
      json.set("lastLines", Json.array(failure.lastLines()));
      terminal.note(Json.text(json));
      return;
    }
    String code = failure.code() == null ? "" : " (" + SafeText.line(failure.code()) + ")";
    terminal.note("errand: " + SafeText.block(failure.text()).strip() + code);
    if (failure.hint() != null && !failure.hint().isEmpty()) {
      terminal.note("perhaps you should " + SafeText.line(failure.hint()));
    }
    if (!failure.lastLines().isEmpty()) {
      terminal.note("the last lines:");
      failure.lastLines().forEach(line -> terminal.note("  | " + SafeText.line(line)));
    }
  }

  private static Duration time(String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      throw new TypeConversionException("'" + text + "' is no time such as 90s, 20m or 2h");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "h" -> Duration.ofHours(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofSeconds(amount);
    };
  }
}
