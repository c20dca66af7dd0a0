package dev.errand.cli.outcome;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A command cannot do what was asked: what happened, the remedy, and the exit code. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode exit;
  private final @Nullable String hint;
  private final @Nullable String code;
  private final transient List<String> lastLines;

  /** A failure that the program found by itself; the hint is read after "perhaps you should". */
  public CommandFailure(ExitCode exit, String message, @Nullable String hint) {
    this(exit, message, hint, null, List.of());
  }

  /** A failure that the server named, with its code and the last lines of a log. */
  public CommandFailure(
      ExitCode exit,
      String message,
      @Nullable String hint,
      @Nullable String code,
      List<String> lastLines) {
    super(message);
    this.exit = exit;
    this.hint = hint;
    this.code = code;
    this.lastLines = List.copyOf(lastLines);
  }

  /** Wrong use of the command: exit code 2. */
  public static CommandFailure usage(String message, @Nullable String hint) {
    return new CommandFailure(ExitCode.USAGE, message, hint);
  }

  public ExitCode exit() {
    return exit;
  }

  public @Nullable String hint() {
    return hint;
  }

  /** The server's FailureCode by name, or null. */
  public @Nullable String code() {
    return code;
  }

  public List<String> lastLines() {
    return lastLines;
  }

  /** Whether a request may have arrived although its answer did not. */
  public boolean lostUnderway() {
    return exit == ExitCode.UNREACHABLE
        && getCause() instanceof java.io.IOException
        && !(getCause() instanceof java.net.ConnectException);
  }

  /** What happened; never null here. */
  public String text() {
    String message = getMessage();
    return message == null ? exit.meaning() : message;
  }
}
