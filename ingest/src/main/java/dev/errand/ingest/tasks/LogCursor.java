package dev.errand.ingest.tasks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How much of a task's live facts lies behind; written {@code <logs>-<progress>}.
 *
 * @param logs facts of {@code attempts.logged}
 * @param progress facts of {@code attempts.progressed}
 */
public record LogCursor(long logs, long progress) {
  public static final LogCursor START = new LogCursor(0, 0);

  private static final Pattern GRAMMAR = Pattern.compile("([0-9]{1,15})-([0-9]{1,15})");

  /** What a client says in Last-Event-ID; the start when it says nothing that we have said. */
  public static LogCursor parse(@Nullable String text) {
    Matcher matcher = GRAMMAR.matcher(text == null ? "" : text);
    return matcher.matches()
        ? new LogCursor(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))
        : START;
  }

  LogCursor afterLog() {
    return new LogCursor(logs + 1, progress);
  }

  LogCursor afterProgress() {
    return new LogCursor(logs, progress + 1);
  }

  boolean coversLog(LogCursor other) {
    return other.logs <= logs;
  }

  boolean coversProgress(LogCursor other) {
    return other.progress <= progress;
  }

  @Override
  public String toString() {
    return logs + "-" + progress;
  }
}
