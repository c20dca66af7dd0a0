package dev.errand.cli.apply;

/**
 * Names as git quotes them: in double quotes with the escapes of C when they hold unusual bytes.
 *
 * <p>Source: git-config(1), core.quotePath.
 */
final class QuotedName {
  private static final String LETTERS = "abtnvfr\"\\";
  private static final String MEANT = "\u0007\b\t\n\u000b\f\r\"\\";

  private QuotedName() {}

  /**
   * The name itself, each byte one character.
   *
   * @throws IllegalArgumentException when the quotes are wrong
   */
  static String plain(String text) {
    if (!text.startsWith("\"")) {
      return text;
    }
    if (end(text) != text.length()) {
      throw new IllegalArgumentException("something stands behind a quoted name");
    }
    StringBuilder name = new StringBuilder();
    for (int i = 1; i < text.length() - 1; i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        name.append(c);
        continue;
      }
      char escaped = text.charAt(++i);
      int letter = LETTERS.indexOf(escaped);
      if (letter >= 0) {
        name.append(MEANT.charAt(letter));
      } else {
        name.append(octal(text, i));
        i += 2;
      }
    }
    return name.toString();
  }

  private static char octal(String text, int start) {
    if (start + 3 >= text.length() || !text.substring(start, start + 3).matches("[0-3][0-7]{2}")) {
      throw new IllegalArgumentException("an escape that git does not write");
    }
    return (char) Integer.parseInt(text.substring(start, start + 3), 8);
  }

  /** Where a quoted name at the beginning ends: behind its closing quote. */
  static int end(String text) {
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '"') {
        return i + 1;
      }
    }
    throw new IllegalArgumentException("a quote that does not end");
  }
}
