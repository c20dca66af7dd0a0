package dev.errand.cli.terminal;

import java.io.InputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * Standard input, output and error, and whether a person sits at each. Results go to {@code out},
 * everything else to {@code err}.
 *
 * @param in what is piped or typed
 * @param out results only: what a script reads
 * @param err progress, notes and failures
 * @param people which of the three are a terminal
 * @param columns the width to fit tables into, from 40
 * @param hiddenInput reads one line without echo
 */
public record Terminal(
    InputStream in,
    PrintStream out,
    PrintStream err,
    People people,
    int columns,
    HiddenInput hiddenInput) {
  /** The width when nobody says one. */
  public static final int DEFAULT_COLUMNS = 120;

  /** Which of the streams are a terminal, and whether colours are wanted there. */
  public record People(boolean in, boolean out, boolean err, boolean colours) {
    public static final People NONE = new People(false, false, false, false);
  }

  /** Reads a line from the terminal without showing it. */
  @FunctionalInterface
  public interface HiddenInput {
    /** What was typed, without the line break; null when there is no terminal or it was closed. */
    char @Nullable [] read(String prompt);
  }

  /** Whether standard output shows colours. */
  public boolean colours() {
    return people.out() && people.colours();
  }

  /** A result for scripts and people. */
  public void print(String line) {
    out.println(line);
  }

  /** Something that is good to know and is no result. */
  public void note(String line) {
    err.println(line);
  }
}
