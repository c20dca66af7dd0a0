package dev.errand.diffcollector;

import dev.errand.diffcollector.PatchSummary.ChangedFile;
import dev.errand.diffcollector.PatchSummary.Kind;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The headers of one file, which must agree with each other. */
final class FileHeader {
  private static final Pattern INDEX =
      Pattern.compile("index [0-9a-f]{40,64}\\.\\.[0-9a-f]{40,64}(?: ([0-7]{6}))?");

  private static final Pattern MODE =
      Pattern.compile("(old mode|new mode|new file mode|deleted file mode) ([0-7]{6})");

  private static final Pattern SIMILARITY = Pattern.compile("(?:dis)?similarity index \\d{1,3}%");

  private final String names;
  private @Nullable PatchPath before;
  private @Nullable PatchPath after;
  private @Nullable PatchPath movedFrom;
  private @Nullable PatchPath movedTo;
  private boolean saysWhat;
  private boolean isNew;
  private boolean isDeleted;
  private String mode = "100644";

  FileHeader(String line) throws MalformedPatchException {
    if (!line.startsWith("diff --git ")) {
      throw new MalformedPatchException("not the beginning of a file");
    }
    names = line.substring("diff --git ".length());
  }

  /** Takes an extended header; false when the line is none. */
  boolean take(String line) throws MalformedPatchException {
    Matcher modeLine = MODE.matcher(line);
    Matcher index = INDEX.matcher(line);
    if (modeLine.matches()) {
      mode = modeLine.group(2);
      isNew |= modeLine.group(1).startsWith("new file");
      isDeleted |= modeLine.group(1).startsWith("deleted");
    } else if (index.matches()) {
      mode = index.group(1) == null ? mode : index.group(1);
    } else if (line.startsWith("rename from ") || line.startsWith("copy from ")) {
      movedFrom = PatchPath.plain(line.substring(line.indexOf(" from ") + 6));
    } else if (line.startsWith("rename to ") || line.startsWith("copy to ")) {
      movedTo = PatchPath.plain(line.substring(line.indexOf(" to ") + 4));
    } else {
      return SIMILARITY.matcher(line).matches();
    }
    saysWhat = true;
    return true;
  }

  void takeOld(String line) throws MalformedPatchException {
    before = named(line, "--- ", "a/", isNew);
  }

  void takeNew(String line) throws MalformedPatchException {
    after = named(line, "+++ ", "b/", isDeleted);
  }

  private static @Nullable PatchPath named(
      String line, String keyword, String prefix, boolean mayBeNothing)
      throws MalformedPatchException {
    if (!line.startsWith(keyword)) {
      throw new MalformedPatchException("a file without its " + keyword + "line");
    }
    String name = line.substring(keyword.length());
    if (name.equals("/dev/null") && mayBeNothing) {
      return null;
    }
    // git writes a tab behind a name with spaces, for programs that look for a date there
    return PatchPath.prefixed(
        name.endsWith("\t") ? name.substring(0, name.length() - 1) : name, prefix);
  }

  ChangedFile finish() throws MalformedPatchException {
    if (!saysWhat) {
      throw new MalformedPatchException("a file without a change");
    }
    PatchPath[] both = ofFirstLine();
    PatchPath from = both[0];
    PatchPath to = both[1];
    agree(before, from);
    agree(after, to);
    boolean moved = movedFrom != null;
    if (!moved && !from.equals(to)) {
      throw new MalformedPatchException("two names without a rename");
    }
    Kind kind =
        switch (mode) {
          case "100644", "100664" -> Kind.FILE;
          case "100755" -> Kind.EXECUTABLE;
          case "120000" -> Kind.SYMLINK;
          case "160000" -> Kind.SUBMODULE;
          default -> throw new MalformedPatchException("a mode that git does not write");
        };
    return new ChangedFile(isNew ? null : from, isDeleted ? null : to, kind);
  }

  private static void agree(@Nullable PatchPath one, PatchPath other)
      throws MalformedPatchException {
    if (one != null && !one.equals(other)) {
      throw new MalformedPatchException("a file's names contradict each other");
    }
  }

  /** The two names of the first line; unquoted and different, only the rename tells them apart. */
  private PatchPath[] ofFirstLine() throws MalformedPatchException {
    if (movedFrom != null && movedTo != null) {
      return new PatchPath[] {movedFrom, movedTo};
    }
    if (movedFrom != null || movedTo != null) {
      throw new MalformedPatchException("half of a rename");
    }
    int split = names.startsWith("\"") ? PatchPath.quotedEnd(names) : (names.length() - 1) / 2;
    if (split >= names.length() || names.charAt(split) != ' ') {
      throw new MalformedPatchException("a first line without two equal names");
    }
    return new PatchPath[] {
      PatchPath.prefixed(names.substring(0, split), "a/"),
      PatchPath.prefixed(names.substring(split + 1), "b/")
    };
  }
}
