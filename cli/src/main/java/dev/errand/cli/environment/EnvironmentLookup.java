package dev.errand.cli.environment;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.Api;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.server.Json;
import dev.errand.cli.session.Session;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the environment that a user means: by id, else by a label that only one has. */
public final class EnvironmentLookup {
  private static final int MAX_LISTED = 20;

  private final Session session;

  /** The command of one run. */
  public EnvironmentLookup(Session session) {
    this.session = session;
  }

  /** What `exec` needs of an environment. */
  public record Found(String id, int version, String repository) {
    static Found of(JsonNode json) {
      return new Found(
          Json.string(json, "id"),
          (int) Json.number(json, "version"),
          Json.string(json, "repository"));
    }
  }

  /**
   * @throws CommandFailure (NOT_FOUND, USAGE) when none or several have this name
   */
  public Found find(String name) {
    if (isId(name)) {
      try {
        return Found.of(session.api().get(ApiPath.of("environments", name)));
      } catch (CommandFailure e) {
        if (e.exit() != ExitCode.NOT_FOUND) {
          throw e;
        }
      }
    }
    List<JsonNode> all = all();
    List<JsonNode> labelled =
        all.stream().filter(each -> name.equals(Json.string(each, "label"))).toList();
    if (labelled.size() == 1) {
      return Found.of(labelled.getFirst());
    }
    if (labelled.isEmpty()) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          "no environment is called '" + name + "'",
          choices(all, "name one of: "));
    }
    throw CommandFailure.usage(
        labelled.size() + " environments have the label '" + name + "'",
        "name one by its id: " + ids(labelled));
  }

  /**
   * The environment when none was named: the only one there is.
   *
   * @throws CommandFailure (USAGE) when there are none or several
   */
  public Found findOrOnly(@Nullable String name) {
    if (name != null) {
      return find(name);
    }
    List<JsonNode> all = all();
    if (all.size() == 1) {
      return Found.of(all.getFirst());
    }
    throw CommandFailure.usage("no environment is named", choices(all, "use --env with one of: "));
  }

  /**
   * Raises the environment's generation: no run starts from what an earlier one has prepared.
   *
   * @return the environment as it is now
   */
  public JsonNode reset(String id) {
    return session
        .api()
        .send("POST", ApiPath.of("environments", id, "reset"), Api.Body.NONE)
        .json();
  }

  /** Whether it may be an id; a label may look the same. */
  static boolean isId(String name) {
    return name.matches("[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?");
  }

  private List<JsonNode> all() {
    return listed(session.api().get(ApiPath.of("environments")));
  }

  /** The elements of a listing, which is an array or a page. */
  public static List<JsonNode> listed(JsonNode answer) {
    return Json.list(answer.isArray() ? answer : answer.get("items"));
  }

  private static String choices(List<JsonNode> all, String before) {
    return all.isEmpty() ? "create one: errand env apply -f environment.yaml" : before + ids(all);
  }

  private static String ids(List<JsonNode> some) {
    return String.join(
        ", ", some.stream().limit(MAX_LISTED).map(each -> Json.string(each, "id")).toList());
  }
}
