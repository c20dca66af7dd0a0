package dev.errand.schemas.ids;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One of 1 to 4 independent tries at a task; written {@code <ULID>-<number>}. */
public record AttemptId(TaskId task, int number) {
  /** Best of N stops being worth its cost beyond this; the product we match has the same bound. */
  public static final int MAX_ATTEMPTS = 4;

  private static final Pattern GRAMMAR = Pattern.compile("([0-9A-Z]{26})-([1-9])");

  /**
   * @throws IllegalArgumentException when the number is outside 1 to {@link #MAX_ATTEMPTS}
   */
  public AttemptId {
    if (number < 1 || number > MAX_ATTEMPTS) {
      throw new IllegalArgumentException(
          "attempt %d is outside 1 to %d".formatted(number, MAX_ATTEMPTS));
    }
  }

  /**
   * @throws IllegalArgumentException when the text is not {@code <ULID>-<number>}
   */
  public static AttemptId parse(String text) {
    Matcher matcher = GRAMMAR.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(Grammar.refused("an attempt id", text, GRAMMAR));
    }
    return new AttemptId(new TaskId(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** One execution of one turn, both from 1. */
  public RunId run(int turn, int run) {
    return new RunId(this, turn, run);
  }

  @Override
  public String toString() {
    return task.value() + "-" + number;
  }
}
