package dev.errand.diffcollector;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A patch, line by line; of a long line only the beginning is kept, so memory is bounded. */
final class PatchLines {
  /** Two quoted paths of the greatest length, four characters for each byte, and a keyword. */
  static final int MAX_KEPT = 2 * 4 * PatchPath.MAX_BYTES + 100;

  private final InputStream in;
  private final StringBuilder kept = new StringBuilder();
  private @Nullable String line;
  private boolean cut;
  private long number;

  PatchLines(InputStream in) throws IOException {
    this.in = new BufferedInputStream(in, 1 << 16);
    next();
  }

  /** The current line without its line feed, bytes as ISO 8859-1; null behind the last one. */
  @Nullable String peek() {
    return line;
  }

  /** The number of the current line, from 1. */
  long number() {
    return number;
  }

  /** Whether the current line is longer than what is kept of it. */
  boolean isCut() {
    return cut;
  }

  void next() throws IOException {
    kept.setLength(0);
    cut = false;
    number++;
    int read = in.read();
    if (read < 0) {
      line = null;
      return;
    }
    while (read >= 0 && read != '\n') {
      if (kept.length() < MAX_KEPT) {
        kept.append((char) read);
      } else {
        cut = true;
      }
      read = in.read();
    }
    line = kept.toString();
  }
}
