package dev.errand.cli.outcome;

/** The documented ways in which the program ends; numbers are never changed or reused. */
public enum ExitCode {
  OK(0, "it worked"),
  FAILED(1, "it failed, or the task is not ready"),
  USAGE(2, "the command line or a file that it names is wrong"),
  NOT_FOUND(3, "the task, environment, snapshot or token is unknown"),
  NOT_ALLOWED(4, "the token is wrong, or its role does not allow this"),
  CONFLICT(5, "the diff does not apply to the working tree; nothing was changed without --3way"),
  UNREACHABLE(6, "no server answers"),
  TIMEOUT(7, "the time given with --timeout is over"),
  INTERRUPTED(130, "interrupted with Ctrl-C");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /** What the shell sees. */
  public int number() {
    return number;
  }

  /** One line for the help. */
  public String meaning() {
    return meaning;
  }
}
