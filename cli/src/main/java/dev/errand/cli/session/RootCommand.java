package dev.errand.cli.session;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command itself and the options that every command understands. */
@Command(
    name = "errand",
    description = {
      "You hand over an errand, go and do something else, and collect the diff when it is done.",
      ""
    },
    synopsisSubcommandLabel = "COMMAND")
public final class RootCommand {
  @Option(
      names = "--server",
      scope = ScopeType.INHERIT,
      paramLabel = "URL",
      description = "The server to ask (default: ERRAND_SERVER, else the one started here).")
  @Nullable String server;

  @Option(
      names = "--token",
      scope = ScopeType.INHERIT,
      paramLabel = "TOKEN",
      description =
          "The token to use; other users of this machine can see it here, so prefer ERRAND_TOKEN"
              + " (default: the token of the server started here).")
  @Nullable String token;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print JSON on standard output, and failures as JSON on standard error.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      scope = ScopeType.INHERIT,
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  /** Whether results and failures are printed as JSON. */
  public boolean json() {
    return json;
  }
}
