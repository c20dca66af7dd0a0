package dev.errand.cli.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A task as the server shows it.
 *
 * @param json the whole document, for --json
 * @param best the attempt whose diff is the default, or 0
 */
public record Task(
    String id,
    String state,
    String title,
    String environment,
    String branch,
    String commit,
    String createdAt,
    String url,
    int best,
    List<Attempt> attempts,
    @Nullable Trouble failure,
    JsonNode json) {
  private static final Set<String> OVER = Set.of("ready", "failed", "cancelled", "rejected");

  /**
   * One attempt at its newest turn, which a message asked for from the second on; {@code patch} is
   * null until there is one, {@code waitsFor} but in a queue that nobody takes from.
   */
  public record Attempt(
      int number,
      int turn,
      String message,
      String state,
      String stage,
      String node,
      String startedAt,
      String endedAt,
      @Nullable Trouble failure,
      @Nullable Trouble waitsFor,
      @Nullable Patch patch) {}

  /** The size of a diff. */
  public record Patch(long files, long linesAdded, long linesRemoved, long bytes) {}

  /** Why something failed. */
  public record Trouble(String code, String message, String hint, List<String> lastLines) {}

  /** Reads the document; what it does not say is empty. */
  public static Task of(JsonNode json) {
    return new Task(
        Json.string(json, "id"),
        Json.string(json, "state"),
        Json.string(json, "title"),
        Json.string(json, "environment"),
        Json.string(json, "branch"),
        Json.string(json, "commit"),
        Json.string(json, "createdAt"),
        Json.string(json, "url"),
        (int) Json.number(json, "best"),
        Json.list(json.get("attempts")).stream().map(Task::attempt).toList(),
        trouble(json.get("failure")),
        json);
  }

  private static Attempt attempt(JsonNode json) {
    JsonNode patch = json.get("patch");
    return new Attempt(
        (int) Json.number(json, "number"),
        (int) Json.number(json, "turn"),
        Json.string(json, "message"),
        Json.string(json, "state"),
        Json.string(json, "stage"),
        Json.string(json, "node"),
        Json.string(json, "startedAt"),
        Json.string(json, "endedAt"),
        trouble(json.get("failure")),
        trouble(json.get("waitsFor")),
        patch == null || !patch.isObject()
            ? null
            : new Patch(
                Json.number(patch, "files"),
                Json.number(patch, "linesAdded"),
                Json.number(patch, "linesRemoved"),
                Json.number(patch, "bytes")));
  }

  private static @Nullable Trouble trouble(@Nullable JsonNode json) {
    if (json == null || !json.isObject()) {
      return null;
    }
    return new Trouble(
        Json.string(json, "code"),
        Json.string(json, "message"),
        Json.string(json, "hint"),
        Json.list(json.get("lastLines")).stream().map(JsonNode::asText).toList());
  }

  /** Whether nothing will change any more. */
  public boolean over() {
    return OVER.contains(state);
  }

  public boolean ready() {
    return state.equals("ready");
  }
}
