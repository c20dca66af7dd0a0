package dev.errand.diffcollector;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Paths as git writes them into patches: plain, or in double quotes with C's escapes.
 *
 * <p>Source: git-diff(1), core.quotePath.
 */
final class PatchPath {
  private static final int MAX_BYTES = 4_096; // PATH_MAX

  private PatchPath() {}

  /**
   * The one path of a header's two sides: {@code a/X b/X}, or {@code "a/X" "b/X"}. Empty when they
   * differ or are no paths: without renames, git names the same file twice.
   */
  static Optional<String> ofHeader(String sides) {
    if (sides.startsWith("\"")) {
      int end = endOfQuoted(sides);
      if (end < 0 || end + 2 > sides.length() || sides.charAt(end + 1) != ' ') {
        return Optional.empty();
      }
      return same(unquoted(sides.substring(0, end + 1)), unquoted(sides.substring(end + 2)));
    }
    int length = sides.length() - "a/ b/".length();
    if (length < 2 || length % 2 != 0) {
      return Optional.empty();
    }
    int half = "a/".length() + length / 2;
    if (sides.charAt(half) != ' ') {
      return Optional.empty();
    }
    return same(Optional.of(sides.substring(0, half)), Optional.of(sides.substring(half + 1)));
  }

  /** The path of a {@code ---} or {@code +++} line, with its side; git ends odd ones with a tab. */
  static Optional<String> ofSide(String side) {
    String text = side.endsWith("\t") ? side.substring(0, side.length() - 1) : side;
    return text.startsWith("\"") ? unquoted(text) : Optional.of(text);
  }

  private static Optional<String> same(Optional<String> old, Optional<String> now) {
    return old.filter(path -> path.startsWith("a/"))
        .map(path -> path.substring(2))
        .filter(path -> now.equals(Optional.of("b/" + path)));
  }

  /** Whether the path stays in the working tree and out of git's own folders. */
  static boolean isSafe(String path) {
    if (path.isEmpty()
        || path.indexOf('\0') >= 0
        || path.getBytes(StandardCharsets.ISO_8859_1).length > MAX_BYTES) {
      return false;
    }
    for (String part : path.split("/", -1)) {
      // What some file systems take for .git: other case, trailing dots and spaces, the short name.
      String plain = part.toLowerCase(Locale.ROOT).replaceAll("[. ]+$", "");
      boolean git = plain.equals(".git") || plain.equals("git~1") || part.equalsIgnoreCase(".git");
      if (part.isEmpty() || part.equals(".") || part.equals("..") || git) {
        return false;
      }
    }
    return true;
  }

  private static int endOfQuoted(String text) {
    for (int i = 1; i < text.length(); i++) {
      if (text.charAt(i) == '\\') {
        i++;
      } else if (text.charAt(i) == '"') {
        return i;
      }
    }
    return -1;
  }

  /** Bytes as characters 0 to 255, as the whole patch is read. */
  private static Optional<String> unquoted(String quoted) {
    if (quoted.length() < 2 || endOfQuoted(quoted) != quoted.length() - 1) {
      return Optional.empty();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 1; i < quoted.length() - 1; i++) {
      char c = quoted.charAt(i);
      if (c != '\\') {
        bytes.write(c);
        continue;
      }
      char escape = quoted.charAt(++i);
      int simple = "abtnvfr\"\\".indexOf(escape);
      if (simple >= 0) {
        bytes.write("\u0007\b\t\n\u000b\f\r\"\\".charAt(simple));
      } else if (i + 2 < quoted.length() && quoted.substring(i, i + 3).matches("[0-3][0-7]{2}")) {
        bytes.write(Integer.parseInt(quoted.substring(i, i + 3), 8));
        i += 2;
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(bytes.toString(StandardCharsets.ISO_8859_1));
  }
}
