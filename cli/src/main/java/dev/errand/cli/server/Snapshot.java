package dev.errand.cli.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A prepared container as the server shows it.
 *
 * @param id one of its node's
 * @param ingredients the name of each part that shaped it, to a short digest
 * @param reason why no run starts from it any more, or ""
 * @param json the whole document, for --json
 */
public record Snapshot(
    String node,
    String id,
    String environment,
    String fingerprint,
    SortedMap<String, String> ingredients,
    String head,
    long bytes,
    String createdAt,
    String expiresAt,
    String usedAt,
    long uses,
    boolean valid,
    String reason,
    String changedAt,
    JsonNode json) {
  private static final int PAGE = 100;

  /**
   * What a list is narrowed by; null is any.
   *
   * @param valid whether a run may start from it
   */
  public record Filter(
      @Nullable String environment, @Nullable String node, @Nullable Boolean valid) {
    public static final Filter NONE = new Filter(null, null, null);
  }

  static Snapshot of(JsonNode json) {
    SortedMap<String, String> ingredients = new TreeMap<>();
    JsonNode parts = json.path("ingredients");
    for (Map.Entry<String, JsonNode> part : parts.properties()) {
      ingredients.put(part.getKey(), part.getValue().asText());
    }
    return new Snapshot(
        Json.string(json, "node"),
        Json.string(json, "id"),
        Json.string(json, "environment"),
        Json.string(json, "fingerprint"),
        ingredients,
        Json.string(json, "head"),
        Json.number(json, "bytes"),
        Json.string(json, "createdAt"),
        Json.string(json, "expiresAt"),
        Json.string(json, "usedAt"),
        Json.number(json, "uses"),
        json.path("valid").asBoolean(),
        Json.string(json, "reason"),
        Json.string(json, "changedAt"),
        json);
  }

  /** One of a node. */
  public static Snapshot find(Api api, String node, String id) {
    return of(api.get(ApiPath.of("snapshots", node, id)));
  }

  /** All that pass, the newest first, however many pages they are. */
  public static List<Snapshot> all(Api api, Filter filter) {
    List<Snapshot> all = new ArrayList<>();
    String cursor = null;
    do {
      JsonNode page =
          api.get(
              ApiPath.of("snapshots")
                  .with("limit", PAGE)
                  .with("cursor", cursor)
                  .with("environment", filter.environment())
                  .with("node", filter.node())
                  .with("valid", filter.valid()));
      List<JsonNode> items = Json.list(page.get("items"));
      items.forEach(each -> all.add(of(each)));
      cursor = items.isEmpty() ? null : Json.stringOrNull(page, "cursor");
    } while (cursor != null);
    return all;
  }

  /** How often a run has started from it. */
  public String times() {
    if (uses == 0) {
      return "never";
    }
    return uses == 1 ? "once" : uses + " times";
  }
}
