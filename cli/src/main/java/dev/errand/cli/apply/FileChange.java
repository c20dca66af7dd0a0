package dev.errand.cli.apply;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a patch does to one file.
 *
 * @param oldPath null when the file is new
 * @param newPath null when the file is deleted
 * @param oldMode git's mode in octal, or "" when the patch does not say
 * @param newMode the mode afterwards, or "" when the patch does not say: a pure rename
 * @param binary whether the content is a binary delta
 * @param added the lines that are new, in bytes, with their numbers; only those that need a look
 * @param linkTarget what a symbolic link points to afterwards, when the patch says
 */
record FileChange(
    @Nullable TreePath oldPath,
    @Nullable TreePath newPath,
    String oldMode,
    String newMode,
    boolean copied,
    boolean binary,
    List<Integer> added,
    @Nullable String linkTarget) {
  static final String SYMLINK = "120000";
  static final String GITLINK = "160000";
  static final String EXECUTABLE = "100755";

  /** A, M, D, R or C as `git status` abbreviates. */
  char letter() {
    if (oldPath == null) {
      return 'A';
    }
    if (newPath == null) {
      return 'D';
    }
    return copied ? 'C' : oldPath.equals(newPath) ? 'M' : 'R';
  }

  /** The path to name it by: the new one, unless there is none. */
  TreePath path() {
    TreePath path = newPath != null ? newPath : oldPath;
    if (path == null) {
      throw new IllegalStateException("a change without a path"); // the parser refuses it
    }
    return path;
  }

  /** Every path that it reads, writes or removes. */
  List<TreePath> touched() {
    List<TreePath> paths = new ArrayList<>();
    if (oldPath != null) {
      paths.add(oldPath);
    }
    if (newPath != null && !newPath.equals(oldPath)) {
      paths.add(newPath);
    }
    return paths;
  }

  /** Whether it is a reference to a commit of another repository, before or afterwards. */
  boolean isGitlink() {
    return oldMode.equals(GITLINK) || newMode.equals(GITLINK);
  }

  /** The letter and the path, for people. */
  String shown() {
    boolean moved = letter() == 'R' || letter() == 'C';
    return letter()
        + " "
        + (moved && oldPath != null ? oldPath.shown() + " -> " : "")
        + path().shown();
  }
}
