package dev.errand.cli.apply;

import dev.errand.cli.terminal.SafeText;
import java.nio.charset.StandardCharsets;

/** Finds characters that make a line read differently from what it does. */
final class Bidirectional {
  private Bidirectional() {}

  /** Whether the line, UTF-8 with each byte one character, has such a character. */
  static boolean isIn(String line) {
    if (line.chars().allMatch(c -> c < 0x80)) {
      return false;
    }
    byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
    return new String(bytes, StandardCharsets.UTF_8)
        .chars()
        .anyMatch(c -> SafeText.changesDirection((char) c));
  }
}
