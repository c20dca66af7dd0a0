package dev.errand.cli.session;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.Api;
import dev.errand.cli.server.Connection;
import dev.errand.cli.server.Follower;
import dev.errand.cli.server.Json;
import dev.errand.cli.terminal.ProgressLine;
import dev.errand.cli.terminal.Terminal;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the commands of one run share: the options of the root, the terminal, the server. */
public final class Session {
  private final Surroundings surroundings;
  private final RootCommand options;
  private @Nullable Api api;

  public Session(Surroundings surroundings, RootCommand options) {
    this.surroundings = surroundings;
    this.options = options;
  }

  public Surroundings surroundings() {
    return surroundings;
  }

  public Terminal terminal() {
    return surroundings.terminal();
  }

  public boolean json() {
    return options.json();
  }

  /** The server; found at first use, so that help and completion need none. */
  public Api api() {
    if (api == null) {
      Connection connection =
          Connection.find(
              options.server, options.token, surroundings.environment(), surroundings.dataFolder());
      if (connection.token() != null && connection.origin().exposesTokens()) {
        note("warning: the token goes to " + connection.origin() + " in the clear; use https");
      }
      api = new Api(connection);
    }
    return api;
  }

  public Follower follower() {
    return follower(null);
  }

  /**
   * One that ends with TIMEOUT after some time from now on.
   *
   * @param limit null for no limit
   */
  public Follower follower(@Nullable Duration limit) {
    Follower follower = new Follower(api(), surroundings.clock(), surroundings.pause());
    return limit == null ? follower : follower.within(limit);
  }

  public ProgressLine progress() {
    return new ProgressLine(terminal(), surroundings.clock(), isQuiet());
  }

  /** With --json a script may read standard error, where failures are JSON and nothing else is. */
  private boolean isQuiet() {
    return json() && !terminal().people().err();
  }

  public void print(String line) {
    terminal().print(line);
  }

  public void print(JsonNode document) {
    terminal().print(Json.text(document));
  }

  /** Something that is good to know, for a person. */
  public void note(String line) {
    if (!isQuiet()) {
      terminal().note(line);
    }
  }

  /**
   * All of standard input.
   *
   * @throws CommandFailure (USAGE) when it is larger than the limit
   */
  public byte[] input(int maxBytes, String what) {
    try {
      byte[] bytes = terminal().in().readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw CommandFailure.usage(
            what + " on standard input is larger than " + maxBytes / 1024 + " KiB", null);
      }
      return bytes;
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "cannot read standard input: " + e.getMessage(), null);
    }
  }
}
