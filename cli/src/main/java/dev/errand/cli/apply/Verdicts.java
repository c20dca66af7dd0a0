package dev.errand.cli.apply;

import dev.errand.cli.terminal.SafeText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What git said about each change when it tried a patch.
 *
 * <p>Source: git's apply.c; messages are asked for in the C locale.
 *
 * @param conflicts letter, path and reason
 * @param fitting the other changes
 * @param unplaced what git complained about without a path of the patch
 */
record Verdicts(List<String> conflicts, List<FileChange> fitting, List<String> unplaced) {
  private static final String QUOTE = "error: while searching for:";
  private static final Pattern FAILED = Pattern.compile("error: patch failed: (.*):([0-9]+)");
  private static final Pattern ERROR = Pattern.compile("error: (.*?): (.*)");
  private static final Pattern MERGED =
      Pattern.compile("Applied patch to '?(.*?)'? with conflicts\\.");
  private static final Pattern UNMERGED = Pattern.compile("U (.*)");

  static Verdicts of(String words, List<FileChange> changes) {
    Map<String, String> reasons = new LinkedHashMap<>();
    List<String> unplaced = new ArrayList<>();
    boolean quoting = false;
    for (String line : words.lines().toList()) {
      // Git quotes the file's own lines here, which may look like its words.
      quoting = line.equals(QUOTE) || (quoting && !FAILED.matcher(line).matches());
      if (!quoting) {
        read(line, reasons, unplaced);
      }
    }
    List<String> conflicts = new ArrayList<>();
    List<FileChange> fitting = new ArrayList<>();
    for (FileChange change : changes) {
      String reason =
          change.touched().stream()
              .map(path -> reasons.remove(path.shown()))
              .filter(found -> found != null)
              .findFirst()
              .orElse("");
      if (reason.isEmpty()) {
        fitting.add(change);
      } else {
        conflicts.add(change.shown() + " (" + SafeText.line(reason) + ")");
      }
    }
    reasons.forEach((path, reason) -> unplaced.add(path + ": " + reason));
    return new Verdicts(conflicts, fitting, unplaced);
  }

  private static void read(String line, Map<String, String> reasons, List<String> unplaced) {
    Matcher failed = FAILED.matcher(line);
    Matcher merged = MERGED.matcher(line);
    Matcher unmerged = UNMERGED.matcher(line);
    Matcher error = ERROR.matcher(line);
    if (failed.matches()) {
      reasons.putIfAbsent(SafeText.line(failed.group(1)), "differs at line " + failed.group(2));
    } else if (merged.matches()) {
      reasons.putIfAbsent(SafeText.line(merged.group(1)), "needs a merge by hand");
    } else if (unmerged.matches()) {
      reasons.putIfAbsent(SafeText.line(unmerged.group(1)), "needs a merge by hand");
    } else if (error.matches()) {
      reasons.putIfAbsent(SafeText.line(error.group(1)), error.group(2));
    } else if (line.startsWith("error: ")) {
      unplaced.add(SafeText.line(line.substring(7)));
    }
  }
}
