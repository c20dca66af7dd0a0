package dev.errand.diffcollector;

import dev.errand.diffcollector.PatchSummary.ChangedFile;
import dev.errand.diffcollector.PatchSummary.Kind;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a patch as git writes it, and nothing else: what comes out of a box is hostile until it has
 * been read to its end. Streams; holds the list of files and one line.
 *
 * <pre>
 *   patch  = file*
 *   file   = "diff --git" header* (text | binary)?
 *   text   = "---" "+++" hunk+
 *   binary = "GIT binary patch" block block
 * </pre>
 *
 * <p>Source: git-diff(1), "Generating patch text with -p"; git's apply.c for binary patches.
 */
final class PatchParser {
  private static final Pattern HUNK =
      Pattern.compile("@@ -(\\d{1,9})(?:,(\\d{1,9}))? \\+(\\d{1,9})(?:,(\\d{1,9}))? @@.*");

  private static final Pattern BLOCK = Pattern.compile("(?:literal|delta) \\d{1,10}");

  /** A length letter and groups of five base-85 characters. */
  private static final Pattern BASE85 =
      Pattern.compile("[A-Za-z][0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]+");

  private final PatchLines lines;
  private final int maxFiles;
  private final List<ChangedFile> files = new ArrayList<>();
  private int added;
  private int removed;

  private PatchParser(PatchLines lines, int maxFiles) {
    this.lines = lines;
    this.maxFiles = maxFiles;
  }

  /**
   * Reads the whole stream.
   *
   * @throws MalformedPatchException when it is anything else than a patch
   * @throws ErrandException DIFF_TOO_LARGE when it touches more files
   */
  static PatchSummary parse(InputStream patch, int maxFiles)
      throws IOException, MalformedPatchException {
    var lines = new PatchLines(patch);
    try {
      return new PatchParser(lines, maxFiles).parse();
    } catch (MalformedPatchException e) {
      throw new MalformedPatchException(
          "line %d of the patch: %s".formatted(lines.number(), e.reason()));
    }
  }

  private PatchSummary parse() throws IOException, MalformedPatchException {
    while (lines.peek() != null) {
      if (files.size() == maxFiles) {
        throw new ErrandException(
            FailureCode.DIFF_TOO_LARGE, "the diff touches more than %,d files".formatted(maxFiles));
      }
      file();
    }
    requireOnePlaceEach();
    return new PatchSummary(files, added, removed);
  }

  /** What is written twice, or through a link that the same patch makes, git does not write. */
  private void requireOnePlaceEach() throws MalformedPatchException {
    Map<String, Kind> written = new HashMap<>();
    for (ChangedFile file : files) {
      PatchPath path = file.after();
      if (path != null && written.put(path.bytes(), file.kind()) != null) {
        throw new MalformedPatchException("a file is written twice");
      }
    }
    for (String path : written.keySet()) {
      for (int end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
        if (written.containsKey(path.substring(0, end))) {
          throw new MalformedPatchException("a file is written below another one");
        }
      }
    }
  }

  private void file() throws IOException, MalformedPatchException {
    var header = new FileHeader(headerLine());
    lines.next();
    while (lines.peek() != null && header.take(headerLine())) {
      lines.next();
    }
    String line = lines.peek();
    if (line != null && line.startsWith("--- ")) {
      text(header);
    } else if (line != null && line.equals("GIT binary patch")) {
      lines.next();
      block();
      block();
    }
    files.add(header.finish());
  }

  private String headerLine() throws MalformedPatchException {
    String line = lines.peek();
    if (line == null || lines.isCut()) {
      throw new MalformedPatchException("a header is missing or too long");
    }
    return line;
  }

  private void text(FileHeader header) throws IOException, MalformedPatchException {
    header.takeOld(headerLine());
    lines.next();
    header.takeNew(headerLine());
    lines.next();
    boolean any = false;
    for (Matcher hunk = hunk(); hunk != null; hunk = hunk()) {
      lines.next();
      hunkBody(count(hunk.group(2)), count(hunk.group(4)));
      any = true;
    }
    if (!any) {
      throw new MalformedPatchException("no hunk behind a file's names");
    }
  }

  private @Nullable Matcher hunk() throws MalformedPatchException {
    String line = lines.peek();
    if (line == null || !line.startsWith("@@")) {
      return null;
    }
    Matcher matcher = HUNK.matcher(line);
    if (!matcher.matches()) {
      throw new MalformedPatchException("a hunk's header that git does not write");
    }
    return matcher;
  }

  private static int count(@Nullable String digits) {
    return digits == null ? 1 : Integer.parseInt(digits);
  }

  private void hunkBody(int oldLines, int newLines) throws IOException, MalformedPatchException {
    int oldLeft = oldLines;
    int newLeft = newLines;
    while (oldLeft > 0 || newLeft > 0) {
      String line = lines.peek();
      char kind = line == null || line.isEmpty() ? '?' : line.charAt(0);
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
        default -> throw new MalformedPatchException("a hunk is shorter than it says");
      }
      if (oldLeft < 0 || newLeft < 0) {
        throw new MalformedPatchException("a hunk is longer than it says");
      }
      lines.next();
    }
    String line = lines.peek();
    if (line != null && line.startsWith("\\")) {
      lines.next(); // "\ No newline at end of file"
    }
  }

  private void block() throws IOException, MalformedPatchException {
    String first = lines.peek();
    if (first == null || !BLOCK.matcher(first).matches()) {
      throw new MalformedPatchException("a binary block that git does not write");
    }
    lines.next();
    String line = lines.peek();
    while (line != null && !line.isEmpty()) {
      if (lines.isCut() || !BASE85.matcher(line).matches()) {
        throw new MalformedPatchException("binary data that git does not write");
      }
      lines.next();
      line = lines.peek();
    }
    if (line == null) {
      throw new MalformedPatchException("a binary block without its end");
    }
    lines.next();
  }
}
