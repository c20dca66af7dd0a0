package dev.errand.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.errand.cli.environment.EnvironmentLookup;
import dev.errand.cli.server.Api;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.server.Json;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.SafeText;
import dev.errand.cli.terminal.Table;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Who may talk to the server. */
final class TokenCommands {
  private TokenCommands() {}

  /** What a token allows; each includes the ones before it. */
  enum Role {
    producer,
    operator,
    admin
  }

  @Command(
      name = "create",
      description = {
        "Make a token and print it on standard output; it is shown only this once.",
        "The key for signing records of the topic tasks.requested goes to standard error."
      })
  static final class Create implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "OWNER", description = "Who it is for: the owner of its tasks.")
    String owner = "";

    @Option(
        names = "--role",
        paramLabel = "ROLE",
        defaultValue = "producer",
        description = "producer, operator or admin (default: ${DEFAULT-VALUE}).")
    Role role = Role.producer;

    Create(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      ObjectNode request = Json.object();
      request.put("owner", owner).put("role", role.name().toLowerCase(Locale.ROOT));
      JsonNode answer =
          session.api().send("POST", ApiPath.of("tokens"), Api.Body.json(request)).json();
      if (session.json()) {
        session.print(answer);
      } else {
        session.print(SafeText.line(Json.string(answer, "token")));
        session.note("id: " + SafeText.line(Json.string(answer, "id")));
        session.note("inbox key: " + SafeText.line(Json.string(answer, "inboxKey")));
      }
      return 0;
    }
  }

  @Command(name = "list", description = "List the tokens, without their secrets.")
  static final class ListAll implements Callable<Integer> {
    private final Session session;

    ListAll(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      JsonNode answer = session.api().get(ApiPath.of("tokens"));
      if (session.json()) {
        session.print(answer);
        return 0;
      }
      List<JsonNode> all = EnvironmentLookup.listed(answer);
      Table table = new Table(0, "TOKEN", "ROLE", "OWNER");
      all.forEach(
          each ->
              table.row(
                  Json.string(each, "id"), Json.string(each, "role"), Json.string(each, "owner")));
      table.lines().forEach(session::print);
      return 0;
    }
  }

  @Command(name = "delete", description = "Revoke a token.")
  static final class Delete implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "ID", description = "The token's id, as `token list` shows it.")
    String id = "";

    Delete(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      session.api().send("DELETE", ApiPath.of("tokens", id), Api.Body.NONE);
      if (session.json()) {
        session.print(Json.object().put("id", id).put("deleted", true));
      } else {
        session.print(SafeText.line(id) + ": revoked");
      }
      return 0;
    }
  }
}
