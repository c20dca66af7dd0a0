package dev.errand.cli.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A refusal as the server words it.
 *
 * @param code a FailureCode by name, or "" when something else than Errand answered
 * @param line from 1 in the document that was sent, or 0
 * @param column from 1, or 0
 */
public record Problem(
    int status,
    String code,
    String detail,
    @Nullable String hint,
    List<String> lastLines,
    int line,
    int column) {
  private static final int SHOWN_CHARACTERS = 300;

  /** Reads an answer; one that is no problem document is quoted as it is. Source: RFC 9457. */
  static Problem read(int status, byte[] body) {
    JsonNode node;
    try {
      node = Json.read(body);
    } catch (IOException e) {
      node = Json.object();
    }
    String detail = Json.string(node, "detail");
    if (detail.isEmpty()) {
      detail = Json.string(node, "title");
    }
    if (detail.isEmpty()) {
      String raw = new String(body, java.nio.charset.StandardCharsets.UTF_8).strip();
      detail =
          "the server answered with status "
              + status
              + (raw.isEmpty()
                  ? ""
                  : ": " + raw.substring(0, Math.min(raw.length(), SHOWN_CHARACTERS)));
    }
    return new Problem(
        status,
        Json.string(node, "code"),
        detail,
        Json.stringOrNull(node, "hint"),
        Json.list(node.get("lastLines")).stream().map(JsonNode::asText).toList(),
        (int) Json.number(node, "line"),
        (int) Json.number(node, "column"));
  }

  /** The failure that a command ends with. */
  CommandFailure failure() {
    return new CommandFailure(exit(), detail, hint, code.isEmpty() ? null : code, lastLines);
  }

  ExitCode exit() {
    return switch (status) {
      case 400, 405, 406, 411, 413, 415 -> ExitCode.USAGE;
      case 401, 403 -> ExitCode.NOT_ALLOWED;
      // That a diff is not there (yet) is no mistake in the id.
      case 404 -> code.equals("DIFF_MISSING") ? ExitCode.FAILED : ExitCode.NOT_FOUND;
      case 502, 504 -> ExitCode.UNREACHABLE;
      case 503 ->
          code.isEmpty() || code.equals("BROKER_UNAVAILABLE")
              ? ExitCode.UNREACHABLE
              : ExitCode.FAILED;
      default -> ExitCode.FAILED;
    };
  }
}
