package dev.errand.cli.cloud;

import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.server.Origin;
import dev.errand.cli.session.Session;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A task as a user names it: its id, its address as `exec` prints it, or one of its attempts.
 *
 * @param attempt from the name, or 0
 */
record TaskReference(String id, int attempt) {
  private static final int MAX_ATTEMPTS = 4;

  private static final Pattern GRAMMAR =
      Pattern.compile(
          "(?:(https?://[^/?#]+)/codex/tasks/)?([0-7][0-9A-HJKMNP-TV-Z]{25})(?:-([1-4]))?/?");

  /**
   * @throws CommandFailure (USAGE) when it is none of these, or the address is another server's
   */
  static TaskReference of(String text, Session session) {
    Matcher matcher = GRAMMAR.matcher(text.strip());
    if (!matcher.matches()) {
      // Ids are upper case; what was typed by hand often is not.
      matcher = GRAMMAR.matcher(text.strip().toUpperCase(Locale.ROOT));
    }
    if (!matcher.matches()) {
      throw CommandFailure.usage(
          "'" + text + "' is no task", "copy an id from `errand cloud list`, such as 01K...");
    }
    if (matcher.group(1) != null) {
      Origin named = Origin.of(matcher.group(1), "the task's address");
      if (!sameServer(named, session.api().origin())) {
        throw CommandFailure.usage(
            "this task is at " + named + ", and the server asked is " + session.api().origin(),
            "add --server " + named);
      }
    }
    int attempt = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
    return new TaskReference(matcher.group(2), attempt);
  }

  private static boolean sameServer(Origin named, Origin asked) {
    boolean bothHere = named.onThisMachine() && asked.onThisMachine();
    return named.equals(asked) || (bothHere && named.port() == asked.port());
  }

  /**
   * The attempt that is meant, from the option or from the name; null for the server's choice.
   *
   * @throws CommandFailure (USAGE) when no task can have it, or both name one and they differ
   */
  @Nullable Integer attempt(@Nullable Integer option) {
    if (option != null && (option < 1 || option > MAX_ATTEMPTS)) {
      throw CommandFailure.usage("--attempt is " + option, "name one of 1 to " + MAX_ATTEMPTS);
    }
    if (option != null && attempt != 0 && option != attempt) {
      throw CommandFailure.usage(
          "the task's name says attempt " + attempt + ", and --attempt says " + option, null);
    }
    return option != null ? option : attempt == 0 ? null : Integer.valueOf(attempt);
  }
}
