package dev.errand.cli.terminal;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * What happens while a command waits, on standard error: one line that is rewritten on a terminal,
 * one line for each change elsewhere. Not safe for threads.
 */
public final class ProgressLine {
  private static final String CLEAR = "\r\u001b[K";

  private final Terminal terminal;
  private final InstantSource clock;
  private final Instant start;
  private final boolean quiet;
  private String text = "";
  private boolean shown;

  /**
   * @param quiet says nothing where no person reads
   */
  public ProgressLine(Terminal terminal, InstantSource clock, boolean quiet) {
    this.terminal = terminal;
    this.clock = clock;
    this.quiet = quiet;
    this.start = clock.instant();
  }

  /** What happens now; the same text again only renews the time shown. */
  public void show(String newText) {
    String safe = SafeText.line(newText);
    boolean changed = !safe.equals(text);
    text = safe;
    if (terminal.people().err()) {
      tick();
    } else if (changed && !safe.isEmpty() && !quiet) {
      terminal.note(safe);
    }
  }

  /** Renews the time on a terminal. */
  public void tick() {
    if (terminal.people().err() && !text.isEmpty()) {
      long seconds = Duration.between(start, clock.instant()).toSeconds();
      String line = text + " (" + seconds + " s)";
      int room = terminal.columns() - 1;
      terminal.err().print(CLEAR + (line.length() > room ? line.substring(0, room) : line));
      terminal.err().flush();
      shown = true;
    }
  }

  /** Removes the line, before anything else is written and at the end. */
  public void clear() {
    if (shown) {
      terminal.err().print(CLEAR);
      terminal.err().flush();
      shown = false;
    }
  }
}
