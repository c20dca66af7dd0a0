package dev.errand.cli.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.server.EventStream;
import dev.errand.cli.server.Follower;
import dev.errand.cli.server.Json;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.SafeText;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prints a task's log as it comes: output on standard output, which stage writes it and what the
 * agent does on standard error. With several attempts, each line names its own.
 */
final class LogWatch implements Follower.Listener {
  /** A line without an end is printed in pieces of this size. */
  private static final int MAX_HELD_CHARACTERS = 16 * 1024;

  private final Session session;
  private final boolean named;
  private final Map<String, SafeText> safe = new HashMap<>();
  private final Map<String, StringBuilder> held = new HashMap<>();
  private String stage = "";
  private String lastId = "";
  private boolean atLineStart = true;

  /**
   * @param named whether lines of several attempts come mixed
   */
  LogWatch(Session session, boolean named) {
    this.session = session;
    this.named = named;
  }

  /** Prints until the server says that this is all. */
  void untilEnd(String id, @Nullable Integer attempt, boolean follow) {
    untilEnd(id, attempt, follow, session.follower());
  }

  /** As above, and ends with TIMEOUT when the follower's time is over. */
  void untilEnd(String id, @Nullable Integer attempt, boolean follow, Follower follower) {
    ApiPath path = ApiPath.of("tasks", id, "logs").with("attempt", attempt).with("follow", follow);
    try {
      follower.follow(path, this);
    } finally {
      finish();
    }
  }

  @Override
  public boolean on(EventStream.Event event) {
    if (!event.id().isEmpty()) {
      if (event.id().equals(lastId)) {
        return true; // the server repeats the event at which a connection was resumed
      }
      lastId = event.id();
    }
    JsonNode data = read(event.data());
    if (session.json()) {
      session.print(Json.object().put("event", event.name()).set("data", data));
      return !event.name().equals("end");
    }
    switch (event.name()) {
      case "log" -> log(data);
      case "progress" -> progress(data);
      case "end" -> {
        return false;
      }
      default -> {} // a newer server may say more
    }
    return true;
  }

  @Override
  public void lost(String reason) {
    if (session.terminal().people().err()) {
      startLine();
      session.note("-- connection lost (" + SafeText.line(reason) + "), resuming --");
    }
  }

  private void log(JsonNode data) {
    String attempt = Json.string(data, "attempt");
    String where = "attempt " + attempt + ": " + Json.string(data, "stage");
    if (!named && !where.equals(stage)) {
      startLine();
      session.note("-- " + SafeText.line(where) + " --");
    }
    stage = where;
    if (data.path("truncated").asBoolean()) {
      startLine();
      session.note("-- some output is left out here: it came too fast --");
    }
    SafeText filter = safe.computeIfAbsent(where, x -> new SafeText(session.terminal().colours()));
    String text = filter.accept(Json.string(data, "text"));
    if (named) {
      lines(attempt, text);
    } else {
      raw(text);
    }
  }

  private void raw(String text) {
    PrintStream out = session.terminal().out();
    out.print(text);
    out.flush();
    if (!text.isEmpty()) {
      atLineStart = text.endsWith("\n");
    }
  }

  private void lines(String attempt, String text) {
    StringBuilder line = held.computeIfAbsent(attempt, x -> new StringBuilder());
    line.append(text);
    for (int end = line.indexOf("\n"); end >= 0; end = line.indexOf("\n")) {
      session.print("[" + attempt + "] " + line.substring(0, end));
      line.delete(0, end + 1);
    }
    if (line.length() > MAX_HELD_CHARACTERS) {
      session.print("[" + attempt + "] " + line);
      line.setLength(0);
    }
  }

  private void progress(JsonNode data) {
    String text = Json.string(data, "text");
    startLine();
    session.note(
        ("-- "
                + (named ? "[" + Json.string(data, "attempt") + "] " : "")
                + SafeText.line(Json.string(data, "kind") + " " + text))
            .stripTrailing());
  }

  /** Notes never stand in the middle of a line of output. */
  private void startLine() {
    boolean sameScreen = session.terminal().people().out() && session.terminal().people().err();
    if (!atLineStart && sameScreen) {
      session.print("");
      atLineStart = true;
    }
  }

  private void finish() {
    held.forEach(
        (attempt, line) -> {
          if (!line.isEmpty()) {
            session.print("[" + attempt + "] " + line);
          }
        });
    safe.values().forEach(filter -> session.terminal().out().print(filter.end()));
    session.terminal().out().flush();
    startLine();
  }

  private static JsonNode read(String data) {
    try {
      return data.isEmpty() ? Json.object() : Json.read(data.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "the server sent an event that is no JSON", null);
    }
  }
}
