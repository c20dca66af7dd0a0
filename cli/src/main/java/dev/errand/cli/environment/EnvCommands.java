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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
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
        "Comments say what is prepared for it and of what, to those who may see that."
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
      Optional<Snapshot.Found> prepared = prepared(id);
      if (session.json()) {
        ObjectNode json = answer.deepCopy();
        prepared.ifPresent(found -> json.set("prepared", found.array()));
        session.print(json);
        return 0;
      }
      session.print(
          "# version %d, generation %d"
              .formatted(Json.number(answer, "version"), Json.number(answer, "generation")));
      prepared.ifPresent(found -> comment(found.items()));
      session.print(yaml(answer));
      return 0;
    }

    /** What serves now; empty when the caller may not see it. */
    private Optional<Snapshot.Found> prepared(String id) {
      try {
        return Optional.of(Snapshot.all(session.api(), new Snapshot.Filter(id, null, true)));
      } catch (CommandFailure e) {
        // Not for a producer, and nowhere on a server that is older than snapshots.
        if (e.exit() == ExitCode.NOT_ALLOWED || e.exit() == ExitCode.NOT_FOUND) {
          return Optional.empty();
        }
        throw e;
      }
    }

    /** One line for each that serves, and then what they are made of: nodes have the same. */
    private void comment(List<Snapshot> found) {
      if (found.isEmpty()) {
        session.print("# prepared: nothing");
      }
      Instant now = session.surroundings().clock().instant();
      Map<String, SortedMap<String, String>> made = new LinkedHashMap<>();
      for (Snapshot snapshot : found) {
        session.print(prepared(snapshot, now));
        made.put(snapshot.fingerprint(), snapshot.ingredients());
      }
      made.forEach(
          (fingerprint, ingredients) -> {
            session.print("# fingerprint " + SafeText.line(fingerprint) + " of");
            ingredients.forEach(
                (part, digest) ->
                    session.print(
                        "#   %-19s %s".formatted(SafeText.line(part), SafeText.line(digest))));
          });
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
