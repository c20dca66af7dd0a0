package dev.errand.cli.environment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.Api;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.server.Json;
import dev.errand.cli.server.Snapshot;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.Elapsed;
import dev.errand.cli.terminal.SafeText;
import dev.errand.cli.terminal.Table;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The small commands on environments. */
public final class EnvCommands {
  /** What the server adds to a document and does not take back. */
  private static final List<String> ADDED = List.of("version", "generation", "position");

  private EnvCommands() {}

  @Command(name = "list", description = "List the environments.")
  public static final class ListAll implements Callable<Integer> {
    private final Session session;

    /** The command of one run. */
    public ListAll(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      JsonNode answer = session.api().get(ApiPath.of("environments"));
      if (session.json()) {
        session.print(answer);
        return 0;
      }
      List<JsonNode> all = EnvironmentLookup.listed(answer);
      if (all.isEmpty()) {
        session.note("no environments; create one: errand env apply -f environment.yaml");
        return 0;
      }
      Table table = new Table(0, "ENVIRONMENT", "VERSION", "AGENT", "LABEL", "REPOSITORY");
      for (JsonNode each : all) {
        table.row(
            Json.string(each, "id"),
            Json.string(each, "version"),
            Json.string(each, "agent"),
            Json.string(each, "label"),
            Json.string(each, "repository"));
      }
      table.lines().forEach(session::print);
      return 0;
    }
  }

  @Command(
      name = "get",
      description = {
        "Print an environment's document as YAML that `env apply` takes again.",
        "Comments say what is prepared for it, to those who may see that."
      })
  public static final class Show implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "ENV", description = "The environment's id or label.")
    String environment = "";

    /** The command of one run. */
    public Show(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      String id = new EnvironmentLookup(session).find(environment).id();
      JsonNode answer = session.api().get(ApiPath.of("environments", id));
      if (session.json()) {
        session.print(answer);
        return 0;
      }
      List<String> prepared = prepared(id);
      session.print(
          "# version %d, generation %d"
              .formatted(Json.number(answer, "version"), Json.number(answer, "generation")));
      prepared.forEach(session::print);
      session.print(yaml(answer));
      return 0;
    }

    /** One comment for each snapshot that serves, when the caller may see them. */
    private List<String> prepared(String id) {
      Instant now = session.surroundings().clock().instant();
      try {
        return Snapshot.all(session.api(), new Snapshot.Filter(id, null, true)).stream()
            .map(snapshot -> prepared(snapshot, now))
            .toList();
      } catch (CommandFailure e) {
        // Not for a producer, and nowhere on a server that is older than snapshots.
        if (e.exit() == ExitCode.NOT_ALLOWED || e.exit() == ExitCode.NOT_FOUND) {
          return List.of();
        }
        throw e;
      }
    }

    private static String prepared(Snapshot snapshot, Instant now) {
      return "# prepared: %s on %s, %s old, %s"
          .formatted(
              SafeText.line(snapshot.id()),
              SafeText.line(snapshot.node()),
              Elapsed.since(snapshot.createdAt(), now),
              snapshot.uses() == 0 ? "never used" : "used " + snapshot.times());
    }

    private static String yaml(JsonNode answer) {
      ObjectNode document = answer.deepCopy();
      document.remove(ADDED);
      if (document.has("secrets")) {
        ArrayNode names = document.putArray("secrets");
        Json.list(answer.get("secrets"))
            .forEach(
                each -> names.add(each.isObject() ? each.path("name").asText() : each.asText()));
      }
      try {
        return SafeText.block(EnvironmentYaml.of(document)).stripTrailing();
      } catch (IOException e) {
        throw new CommandFailure(ExitCode.FAILED, "this is not YAML: " + e.getMessage(), null);
      }
    }
  }

  @Command(
      name = "delete",
      description = "Delete an environment; running tasks go on, new ones are refused.")
  public static final class Delete implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "ENV", description = "The environment's id.")
    String environment = "";

    /** The command of one run. */
    public Delete(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      session.api().send("DELETE", ApiPath.of("environments", environment), Api.Body.NONE);
      if (session.json()) {
        session.print(Json.object().put("id", environment).put("deleted", true));
      } else {
        session.print(SafeText.line(environment) + ": deleted");
      }
      return 0;
    }
  }

  @Command(
      name = "reset",
      description = "Forget prepared containers: the next task is set up from the beginning.")
  public static final class Reset implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "ENV", description = "The environment's id or label.")
    String environment = "";

    /** The command of one run. */
    public Reset(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      EnvironmentLookup lookup = new EnvironmentLookup(session);
      String id = lookup.find(environment).id();
      JsonNode answer = lookup.reset(id);
      if (session.json()) {
        session.print(answer);
      } else {
        session.print("%s: generation %d".formatted(id, Json.number(answer, "generation")));
      }
      return 0;
    }
  }
}
