package dev.errand.cli.session;

import dev.errand.cli.server.Follower;
import dev.errand.cli.terminal.Terminal;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/** Everything outside of the program that a command can see. */
public record Surroundings(
    Terminal terminal,
    Map<String, String> environment,
    Path directory,
    Path home,
    InstantSource clock,
    Follower.Pause pause) {

  /** ERRAND_DATA, or the folder that the server takes by default. */
  public Path dataFolder() {
    String named = environment.getOrDefault("ERRAND_DATA", "");
    return named.isEmpty() ? home.resolve(".errand") : directory.resolve(named);
  }
}
