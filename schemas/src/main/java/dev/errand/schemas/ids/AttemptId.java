package dev.errand.schemas.ids;

/** One of 1 to 4 independent tries at a task; written {@code <ULID>-<number>}. */
public record AttemptId(TaskId task, int number) {
  /** Best of N stops being worth its cost beyond this; the product we match has the same bound. */
  public static final int MAX_ATTEMPTS = 4;

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
    int dash = text.lastIndexOf('-');
    if (dash < 0) {
      throw new IllegalArgumentException("'%s' is not an attempt id".formatted(text));
    }
    return new AttemptId(
        new TaskId(text.substring(0, dash)), Integer.parseInt(text.substring(dash + 1)));
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
