package dev.errand.schemas.ids;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One execution of one turn of an attempt; written {@code <ULID>-<attempt>.<turn>.<run>}. It names
 * the container that holds the run and the run's journal.
 *
 * @param turn one prompt to the attempt's agent, from 1
 * @param run one execution of the turn, from 1; only the lifecycle decider starts another
 */
public record RunId(AttemptId attempt, int turn, int run) {
  private static final int MAX_NUMBER = 999_999; // the grammar's six digits
  private static final Pattern GRAMMAR =
      Pattern.compile("([0-9A-Z]{26}-[1-9])\\.([1-9][0-9]{0,5})\\.([1-9][0-9]{0,5})");

  /**
   * @throws IllegalArgumentException when turn or run is outside 1 to 999,999
   */
  public RunId {
    if (turn < 1 || run < 1 || turn > MAX_NUMBER || run > MAX_NUMBER) {
      throw new IllegalArgumentException(
          "turn %d or run %d is outside 1 to %d".formatted(turn, run, MAX_NUMBER));
    }
  }

  /**
   * @throws IllegalArgumentException when the text is not {@code <attempt>.<turn>.<run>}
   */
  public static RunId parse(String text) {
    Matcher matcher = GRAMMAR.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(Grammar.refused("a run id", text, GRAMMAR));
    }
    return new RunId(
        AttemptId.parse(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }

  /** The task that this is a run of. */
  public TaskId task() {
    return attempt.task();
  }

  /** The next execution of the same turn. */
  public RunId next() {
    return new RunId(attempt, turn, run + 1);
  }

  /** Whether this run replaces the other: the same attempt, and a later turn or run. */
  public boolean supersedes(RunId other) {
    return attempt.equals(other.attempt)
        && (turn > other.turn || (turn == other.turn && run > other.run));
  }

  @Override
  public String toString() {
    return attempt + "." + turn + "." + run;
  }
}
