package dev.errand.cli.cache;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.cli.environment.EnvironmentLookup;
import dev.errand.cli.server.Json;
import dev.errand.cli.session.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The end of everything that is prepared for an environment. */
@Command(
    name = "reset",
    description = {
      "Have no run start from what was prepared for an environment so far, on any node.",
      "It raises the environment's generation, as `env reset` does; the next run prepares anew."
    })
public final class CacheReset implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "ENV", description = "The environment's id or label.")
  String environment = "";

  /** The command of one run. */
  public CacheReset(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    EnvironmentLookup lookup = new EnvironmentLookup(session);
    String id = lookup.find(environment).id();
    JsonNode answer = lookup.reset(id);
    if (session.json()) {
      session.print(answer);
      return 0;
    }
    session.print(
        "%s: generation %d; no snapshot of an earlier one serves, the next run prepares anew"
            .formatted(id, Json.number(answer, "generation")));
    return 0;
  }
}
