package dev.errand.cli.apply;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The header of one file of a patch, while it is read. */
final class PatchHeader {
  private static final Pattern INDEX =
      Pattern.compile("index [0-9a-f]{4,64}\\.\\.[0-9a-f]{4,64}(?: ([0-7]{6}))?");
  private static final Pattern SIMILARITY = Pattern.compile("(?:dis)?similarity index [0-9]{1,3}%");
  private static final List<String> FIELDS =
      List.of(
          "old mode ",
          "new mode ",
          "new file mode ",
          "deleted file mode ",
          "rename from ",
          "rename to ",
          "copy from ",
          "copy to ");
  private static final String NONE = "/dev/null";

  private final String names;
  private String oldMode = "";
  private String newMode = "";
  private boolean created;
  private boolean deleted;
  private boolean copied;
  private @Nullable TreePath from;
  private @Nullable TreePath to;
  private @Nullable TreePath minus;
  private @Nullable TreePath plus;

  /** What follows `diff --git `: two names, which only quotes keep apart for certain. */
  PatchHeader(String names) {
    this.names = names;
  }

  /** Reads one line; false when the header has ended before it. */
  boolean accept(String line) {
    Matcher index = INDEX.matcher(line);
    if (index.matches()) {
      String mode = index.group(1);
      if (mode != null) {
        oldMode = mode;
        newMode = mode;
      }
      return true;
    }
    if (SIMILARITY.matcher(line).matches()) {
      return true;
    }
    for (String field : FIELDS) {
      if (line.startsWith(field)) {
        take(field, line.substring(field.length()));
        return true;
      }
    }
    return false;
  }

  private void take(String field, String value) {
    switch (field) {
      case "old mode " -> oldMode = mode(value);
      case "new mode " -> newMode = mode(value);
      case "new file mode " -> {
        created = true;
        newMode = mode(value);
      }
      case "deleted file mode " -> {
        deleted = true;
        oldMode = mode(value);
      }
      case "rename from ", "copy from " -> from = new TreePath(QuotedName.plain(value));
      case "rename to " -> to = new TreePath(QuotedName.plain(value));
      case "copy to " -> {
        to = new TreePath(QuotedName.plain(value));
        copied = true;
      }
      default -> throw new IllegalStateException(field); // all of FIELDS are above
    }
  }

  private static String mode(String text) {
    if (!List.of("100644", "100755", "120000", "160000").contains(text)) {
      throw new IllegalArgumentException("the mode " + text + " is none that git has");
    }
    return text;
  }

  void oldName(String text) {
    minus = name(text, "a/");
    if (minus == null && !created) {
      throw new IllegalArgumentException("only a new file comes from nowhere");
    }
  }

  void newName(String text) {
    plus = name(text, "b/");
    if (plus == null && !deleted) {
      throw new IllegalArgumentException("only a deleted file goes nowhere");
    }
  }

  private static @Nullable TreePath name(String text, String prefix) {
    // Git ends a name that holds spaces with a tab, for other tools.
    String cut = text.endsWith("\t") ? text.substring(0, text.length() - 1) : text;
    return cut.equals(NONE) ? null : new TreePath(withoutPrefix(QuotedName.plain(cut), prefix));
  }

  private static String withoutPrefix(String name, String prefix) {
    if (!name.startsWith(prefix)) {
      throw new IllegalArgumentException("a name without " + prefix);
    }
    return name.substring(prefix.length());
  }

  /**
   * The change as a whole.
   *
   * @throws IllegalArgumentException when the names contradict each other
   */
  FileChange change(boolean binary, List<Integer> suspicious, @Nullable String target) {
    boolean moved = from != null && to != null;
    TreePath same = moved ? null : sameName();
    TreePath oldPath = moved ? from : same;
    TreePath newPath = moved ? to : same;
    if ((minus != null && !minus.equals(oldPath)) || (plus != null && !plus.equals(newPath))) {
      throw new IllegalArgumentException("the names of one file differ");
    }
    if ((from == null) != (to == null) || (created && deleted) || (moved && (created || deleted))) {
      throw new IllegalArgumentException("a header that contradicts itself");
    }
    boolean link = newMode.equals(FileChange.SYMLINK) && !deleted;
    return new FileChange(
        created ? null : oldPath,
        deleted ? null : newPath,
        oldMode,
        newMode,
        copied,
        binary,
        List.copyOf(suspicious),
        link ? target : null);
  }

  /** Both names of the first line, which are the same unless the file moves. */
  private TreePath sameName() {
    if (names.startsWith("\"")) {
      int end = QuotedName.end(names);
      String first = withoutPrefix(QuotedName.plain(names.substring(0, end)), "a/");
      String second = names.substring(Math.min(names.length(), end + 1));
      return agreed(first, withoutPrefix(QuotedName.plain(second), "b/"));
    }
    int middle = names.length() / 2;
    if (names.length() % 2 == 0 || names.charAt(middle) != ' ') {
      throw new IllegalArgumentException("two names that differ without a rename");
    }
    return agreed(
        withoutPrefix(names.substring(0, middle), "a/"),
        withoutPrefix(names.substring(middle + 1), "b/"));
  }

  private static TreePath agreed(String first, String second) {
    if (!first.equals(second)) {
      throw new IllegalArgumentException("two names that differ without a rename");
    }
    return new TreePath(first);
  }
}
