package dev.errand.diffcollector;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A path of a patch: below the work tree's root, and never into a {@code .git}. Bytes, written as
 * ISO 8859-1: a path is not necessarily UTF-8.
 *
 * <p>Source: git's verify_path and quote_c_style.
 */
record PatchPath(String bytes) {
  /** What Linux takes; four characters for each byte when it is quoted. */
  static final int MAX_BYTES = 4_096;

  /** Every spelling that some file system takes for {@code .git}, as git refuses them. */
  private static final Pattern DOT_GIT =
      Pattern.compile("(?:\\.git|git~1)[ .]*(?::.*)?", Pattern.CASE_INSENSITIVE);

  PatchPath {
    if (bytes.isEmpty() || bytes.length() > MAX_BYTES || bytes.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a path is empty, too long or holds a zero byte");
    }
    for (String part : bytes.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw new IllegalArgumentException("a path is absolute or leaves the work tree");
      }
      if (DOT_GIT.matcher(withoutIgnored(part)).matches()) {
        throw new IllegalArgumentException("a path leads into a .git");
      }
    }
  }

  /** As HFS+ compares names: zero-width characters do not count. */
  private static String withoutIgnored(String part) {
    String text = new String(part.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    return text.replaceAll("[\\u200c-\\u200f\\u202a-\\u202e\\u206a-\\u206f\\ufeff]", "")
        .toLowerCase(Locale.ROOT);
  }

  /** For a person; bytes that are not UTF-8 become U+FFFD. */
  @Override
  public String toString() {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** Reads a path with a prefix such as {@code a/}, quoted or not. */
  static PatchPath prefixed(String text, String prefix) throws MalformedPatchException {
    String plain = unquoted(text);
    if (!plain.startsWith(prefix)) {
      throw new MalformedPatchException("a path without the prefix " + prefix);
    }
    return checked(plain.substring(prefix.length()));
  }

  /** Reads a path without a prefix, quoted or not. */
  static PatchPath plain(String text) throws MalformedPatchException {
    return checked(unquoted(text));
  }

  private static PatchPath checked(String bytes) throws MalformedPatchException {
    try {
      return new PatchPath(bytes);
    } catch (IllegalArgumentException e) {
      throw new MalformedPatchException(String.valueOf(e.getMessage()));
    }
  }

  /** Where the quoted string that begins the text ends, behind its closing quote. */
  static int quotedEnd(String text) throws MalformedPatchException {
    for (int i = 1; i < text.length(); i++) {
      if (text.charAt(i) == '\\') {
        i++;
      } else if (text.charAt(i) == '"') {
        return i + 1;
      }
    }
    throw new MalformedPatchException("a quoted path without its end");
  }

  private static String unquoted(String text) throws MalformedPatchException {
    if (!text.startsWith("\"")) {
      return text;
    }
    if (quotedEnd(text) != text.length()) {
      throw new MalformedPatchException("text behind a quoted path");
    }
    var out = new ByteArrayOutputStream();
    int at = 1;
    while (at < text.length() - 1) {
      char c = text.charAt(at);
      if (c != '\\') {
        out.write(c);
        at++;
      } else if (text.charAt(at + 1) >= '0' && text.charAt(at + 1) <= '3') {
        String octal = text.substring(at + 1, Math.min(at + 4, text.length() - 1));
        if (!octal.matches("[0-3][0-7]{2}")) {
          throw new MalformedPatchException("an escape that git does not write");
        }
        out.write(Integer.parseInt(octal, 8));
        at += 4;
      } else {
        int index = "abtnvfr\"\\".indexOf(text.charAt(at + 1));
        if (index < 0) {
          throw new MalformedPatchException("an escape that git does not write");
        }
        out.write("\007\b\t\n\013\f\r\"\\".charAt(index));
        at += 2;
      }
    }
    return out.toString(StandardCharsets.ISO_8859_1);
  }
}
