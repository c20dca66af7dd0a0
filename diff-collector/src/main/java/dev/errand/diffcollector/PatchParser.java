package dev.errand.diffcollector;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole patch and takes only what our git makes: each file once, paths that stay inside,
 * hunks with as many lines as they announce, binary data in its alphabet. A box made the patch, so
 * nothing about it is believed. One use, one thread.
 *
 * <p>The text is read as ISO 8859-1: a byte is a character, whatever the file's encoding.
 *
 * <p>Source: git-diff(1), "Generating patch text with -p".
 */
final class PatchParser {
  private static final String HEADER = "diff --git ";
  private static final Pattern MODE =
      Pattern.compile("(old mode|new mode|deleted file mode|new file mode) (\\d{6})");
  private static final Pattern ALLOWED_MODE = Pattern.compile("100644|100755|120000|160000");
  private static final Pattern INDEX =
      Pattern.compile("index [0-9a-f]{40,64}\\.\\.[0-9a-f]{40,64}( \\d{6})?");
  private static final Pattern HUNK =
      Pattern.compile("@@ -(\\d{1,9})(?:,(\\d{1,9}))? \\+(\\d{1,9})(?:,(\\d{1,9}))? @@.*");
  private static final Pattern BINARY_SIZE = Pattern.compile("(literal|delta) \\d{1,12}");

  /** A length, then base 85 in groups of five. Source: git's binary patch format. */
  private static final Pattern BINARY_LINE =
      Pattern.compile("[A-Za-z](?:[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]{5}){1,13}");

  private final BufferedReader lines;
  private final Set<String> paths = new HashSet<>();
  private @Nullable String line;
  private long number;
  private int added;
  private int removed;

  PatchParser(BufferedReader lines) {
    this.lines = lines;
  }

  /**
   * Reads to the end.
   *
   * @throws MalformedPatchException when it is no patch of ours; the message names the line
   */
  PatchSummary parse() throws IOException, MalformedPatchException {
    next();
    while (line != null) {
      file();
    }
    return new PatchSummary(paths.size(), added, removed);
  }

  private void file() throws IOException, MalformedPatchException {
    if (!starts(HEADER)) {
      throw malformed("a file's header is expected");
    }
    Optional<String> path = PatchPath.ofHeader(text().substring(HEADER.length()));
    if (path.isEmpty() || !PatchPath.isSafe(path.get())) {
      throw malformed("the path is not one that a patch may name");
    }
    if (!paths.add(path.get())) {
      throw malformed("the file is named twice");
    }
    next();
    modes();
    if (line != null && INDEX.matcher(text()).matches()) {
      next();
    }
    if (starts("GIT binary patch")) {
      next();
      binary();
      binary();
    } else if (starts("--- ")) {
      sides(path.get());
      hunks();
    }
  }

  private void modes() throws IOException, MalformedPatchException {
    while (line != null) {
      Matcher mode = MODE.matcher(text());
      if (!mode.matches()) {
        return;
      }
      if (!ALLOWED_MODE.matcher(mode.group(2)).matches()) {
        throw malformed("the mode is not a file's, a link's or a submodule's");
      }
      next();
    }
  }

  private void sides(String path) throws IOException, MalformedPatchException {
    side("--- ", "a/" + path);
    side("+++ ", "b/" + path);
  }

  private void side(String mark, String path) throws IOException, MalformedPatchException {
    boolean right =
        starts(mark)
            && PatchPath.ofSide(text().substring(mark.length()))
                .filter(side -> side.equals(path) || side.equals("/dev/null"))
                .isPresent();
    if (!right) {
      throw malformed("the file's name is not the header's");
    }
    next();
  }

  private void hunks() throws IOException, MalformedPatchException {
    do {
      Matcher hunk = HUNK.matcher(line == null ? "" : text());
      if (!hunk.matches()) {
        throw malformed("a hunk is expected");
      }
      next();
      hunk(count(hunk.group(2)), count(hunk.group(4)));
    } while (starts("@@ "));
  }

  private void hunk(long oldLines, long newLines) throws IOException, MalformedPatchException {
    long oldLeft = oldLines;
    long newLeft = newLines;
    while (oldLeft > 0 || newLeft > 0) {
      char kind = line == null || text().isEmpty() ? '\0' : text().charAt(0);
      switch (kind) {
        case ' ' -> {
          oldLeft--;
          newLeft--;
        }
        case '-' -> {
          oldLeft--;
          removed++;
        }
        case '+' -> {
          newLeft--;
          added++;
        }
        case '\\' -> {}
        default -> throw malformed("the hunk is shorter than it says");
      }
      if (oldLeft < 0 || newLeft < 0) {
        throw malformed("the hunk is longer than it says");
      }
      next();
    }
    if (starts("\\ ")) {
      next(); // no newline at the end of the file
    }
  }

  private void binary() throws IOException, MalformedPatchException {
    if (line == null || !BINARY_SIZE.matcher(text()).matches()) {
      throw malformed("binary data is expected");
    }
    next();
    while (line != null && BINARY_LINE.matcher(text()).matches()) {
      next();
    }
    if (line == null || !text().isEmpty()) {
      throw malformed("binary data ends with an empty line");
    }
    next();
  }

  private static long count(@Nullable String lines) {
    return lines == null ? 1 : Long.parseLong(lines);
  }

  private boolean starts(String prefix) {
    return line != null && line.startsWith(prefix);
  }

  private String text() {
    if (line == null) {
      throw new IllegalStateException("read beyond the end");
    }
    return line;
  }

  /** A line ends at a line feed only: a carriage return belongs to the file. */
  private void next() throws IOException {
    StringBuilder read = new StringBuilder();
    int c = lines.read();
    if (c < 0) {
      line = null;
      return;
    }
    while (c >= 0 && c != '\n') {
      read.append((char) c);
      c = lines.read();
    }
    line = read.toString();
    number++;
  }

  private MalformedPatchException malformed(String why) {
    return new MalformedPatchException(number, why);
  }
}
