package dev.errand.cli.apply;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a patch as git writes it (`git diff --binary --full-index`) and takes nothing else: what it
 * does not understand, it refuses, so that git cannot understand something different.
 *
 * <p>Source: git-diff(1), "Generating patch text with -p".
 */
final class PatchParser {
  private static final String HEADER = "diff --git ";
  private static final int MAX_FILES = 100_000;

  private final byte[] patch;
  private int position;
  private int lineNumber;
  private @Nullable String line;

  private PatchParser(byte[] patch) {
    this.patch = patch;
    next();
  }

  /**
   * The changes in the patch's order; none when it is empty.
   *
   * @throws MalformedPatchException when it is anything but such a patch
   */
  static List<FileChange> parse(byte[] patch) throws MalformedPatchException {
    return new PatchParser(patch).files();
  }

  /** Not a patch, or one that leaves the tree. */
  static final class MalformedPatchException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedPatchException(String message) {
      super(message);
    }
  }

  private List<FileChange> files() throws MalformedPatchException {
    List<FileChange> changes = new ArrayList<>();
    while (line != null) {
      if (changes.size() == MAX_FILES) {
        throw refused("there are more than " + MAX_FILES + " files");
      }
      changes.add(file());
    }
    return changes;
  }

  private FileChange file() throws MalformedPatchException {
    if (line == null || !line.startsWith(HEADER)) {
      throw refused("a file's header is due");
    }
    PatchHeader header = new PatchHeader(line.substring(HEADER.length()));
    next();
    try {
      while (line != null && header.accept(line)) {
        next();
      }
      Content content = content(header);
      return header.change(content.binary(), content.suspicious(), content.target());
    } catch (IllegalArgumentException e) {
      throw refused(e.getMessage() == null ? "unreadable" : e.getMessage());
    }
  }

  /** What follows a header. */
  private record Content(boolean binary, List<Integer> suspicious, @Nullable String target) {
    static final Content NONE = new Content(false, List.of(), null);
  }

  private Content content(PatchHeader header) throws MalformedPatchException {
    if (line == null || line.startsWith(HEADER)) {
      return Content.NONE;
    }
    if (line.equals("GIT binary patch")) {
      next();
      binary();
      binary();
      return new Content(true, List.of(), null);
    }
    if (line.startsWith("Binary files ")) {
      throw refused("the content of a binary file is missing");
    }
    if (!line.startsWith("--- ")) {
      throw refused("neither a header nor content");
    }
    header.oldName(line.substring(4));
    next();
    if (line == null || !line.startsWith("+++ ")) {
      throw refused("a line with +++ is due");
    }
    header.newName(line.substring(4));
    next();
    return hunks();
  }

  private void binary() throws MalformedPatchException {
    if (line == null || !line.matches("(literal|delta) [0-9]{1,10}")) {
      throw refused("the size of a binary change is due");
    }
    next();
    while (line != null && !line.isEmpty()) {
      if (!line.matches("[A-Za-z][0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]{5,65}")) {
        throw refused("not a line of a binary change");
      }
      next();
    }
    next(); // the empty line after it
  }

  private Content hunks() throws MalformedPatchException {
    List<Integer> suspicious = new ArrayList<>();
    StringBuilder target = new StringBuilder();
    if (line == null || !line.startsWith("@@ ")) {
      throw refused("a hunk is due");
    }
    while (line != null && line.startsWith("@@ ")) {
      hunk(HunkHeader.of(line), suspicious, target);
    }
    if (line != null && !line.startsWith(HEADER)) {
      throw refused("neither a hunk nor a header");
    }
    return new Content(false, suspicious, target.toString());
  }

  private void hunk(@Nullable HunkHeader header, List<Integer> suspicious, StringBuilder target)
      throws MalformedPatchException {
    if (header == null) {
      throw refused("a hunk's header is due");
    }
    next();
    int oldLeft = header.oldLines();
    int newLeft = header.newLines();
    int number = header.newStart();
    while (line != null && (oldLeft > 0 || newLeft > 0 || line.startsWith("\\"))) {
      switch (line.isEmpty() ? '\0' : line.charAt(0)) {
        case ' ' -> {
          oldLeft--;
          newLeft--;
          number++;
        }
        case '-' -> oldLeft--;
        case '+' -> {
          newLeft--;
          target.append(line, 1, line.length());
          if (Bidirectional.isIn(line)) {
            suspicious.add(number);
          }
          number++;
        }
        case '\\' -> {} // "No newline at end of file"
        default -> throw refused("not a line of a hunk");
      }
      next();
    }
    if (oldLeft != 0 || newLeft != 0) {
      throw refused("a hunk has another number of lines than it says");
    }
  }

  /** The sizes of a hunk, all from 0. */
  private record HunkHeader(int oldLines, int newStart, int newLines) {
    private static final java.util.regex.Pattern GRAMMAR =
        java.util.regex.Pattern.compile(
            "@@ -[0-9]{1,9}(?:,([0-9]{1,9}))? \\+([0-9]{1,9})(?:,([0-9]{1,9}))? @@.*",
            java.util.regex.Pattern.DOTALL);

    static @Nullable HunkHeader of(String line) {
      java.util.regex.Matcher matcher = GRAMMAR.matcher(line);
      return matcher.matches()
          ? new HunkHeader(
              count(matcher.group(1)), Integer.parseInt(matcher.group(2)), count(matcher.group(3)))
          : null;
    }

    private static int count(@Nullable String text) {
      return text == null ? 1 : Integer.parseInt(text);
    }
  }

  /** Lines end with a line feed and nothing else: a carriage return is content. */
  private void next() {
    if (position >= patch.length) {
      line = null;
      return;
    }
    int end = position;
    while (end < patch.length && patch[end] != '\n') {
      end++;
    }
    line = new String(patch, position, end - position, StandardCharsets.ISO_8859_1);
    position = end + 1;
    lineNumber++;
  }

  private MalformedPatchException refused(String why) {
    return new MalformedPatchException("the patch's line " + lineNumber + ": " + why);
  }
}
