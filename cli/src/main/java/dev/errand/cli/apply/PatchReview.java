package dev.errand.cli.apply;

import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a person should know before a stranger's diff lies in the working tree. */
final class PatchReview {
  private static final int MAX_LINES_NAMED = 5;

  /** Folders whose files some tool runs or obeys without being asked. */
  private static final Set<String> FOLDERS =
      Set.of(
          ".husky",
          ".githooks",
          ".git-hooks",
          ".vscode",
          ".idea",
          ".devcontainer",
          ".circleci",
          ".buildkite",
          ".cargo",
          ".mvn",
          ".yarn",
          ".claude",
          ".cursor",
          ".codex",
          ".direnv");

  /** Files of the same kind. */
  private static final Set<String> NAMES =
      Set.of(
          ".envrc",
          ".env",
          ".gitattributes",
          ".gitmodules",
          ".gitconfig",
          ".npmrc",
          ".yarnrc",
          ".yarnrc.yml",
          ".pnpmfile.cjs",
          ".pre-commit-config.yaml",
          "lefthook.yml",
          "lefthook.yaml",
          "package.json",
          "makefile",
          "gnumakefile",
          "justfile",
          "rakefile",
          "gemfile",
          "build.gradle",
          "build.gradle.kts",
          "settings.gradle",
          "settings.gradle.kts",
          "gradlew",
          "gradlew.bat",
          "mvnw",
          "mvnw.cmd",
          "setup.py",
          "setup.cfg",
          "pyproject.toml",
          "conftest.py",
          "sitecustomize.py",
          "build.rs",
          ".bazelrc",
          ".tool-versions",
          "mise.toml",
          ".mise.toml",
          ".mcp.json",
          ".gitlab-ci.yml",
          "jenkinsfile");

  private PatchReview() {}

  /**
   * Refuses what could reach outside of the tree.
   *
   * @throws CommandFailure (FAILED) for links that point outside and references to repositories
   */
  static void refuseLinks(List<FileChange> changes, WorkingTree tree) {
    Map<String, String> modes = new TreeMap<>();
    if (changes.stream().anyMatch(change -> change.newPath() != null && silent(change))) {
      modes.putAll(tree.modes()); // only a pure rename says nothing about its mode
    }
    List<String> refused = new ArrayList<>();
    List<TreePath> links = new ArrayList<>();
    for (FileChange change : changes) {
      TreePath path = change.newPath();
      String mode = mode(change, modes);
      if (mode.equals(FileChange.GITLINK) || change.isGitlink()) {
        refused.add(change.shown() + " (another repository)");
      } else if (path != null && mode.equals(FileChange.SYMLINK)) {
        links.add(path);
        String target = target(change, tree);
        if (target == null || !path.linkStaysInside(target)) {
          refused.add(change.shown() + " (a symbolic link that points outside)");
        }
      }
    }
    for (FileChange change : changes) {
      TreePath path = change.path();
      if (links.stream().anyMatch(path::below)) {
        refused.add(change.shown() + " (below a symbolic link)");
      }
    }
    if (!refused.isEmpty()) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "the diff holds what could reach outside of the working tree:\n  "
              + String.join("\n  ", refused),
          "look at it with `errand cloud diff`, and add --allow-links if it is meant so");
    }
  }

  /**
   * Refuses what would read or write through a symbolic link that lies in the tree: with --3way git
   * looks for those in its index only. A link that the diff itself removes is gone by then.
   *
   * @throws CommandFailure (FAILED) when there is one
   */
  static void refusePathsBeyondLinks(List<FileChange> changes, WorkingTree tree) {
    Set<String> removed =
        changes.stream()
            .filter(change -> change.letter() == 'D' || change.letter() == 'R')
            .flatMap(change -> Stream.ofNullable(change.oldPath()))
            .map(TreePath::bytes)
            .collect(Collectors.toSet());
    String words =
        tree.beyondLink(
            changes.stream()
                .flatMap(change -> change.touched().stream())
                .filter(path -> path.parents().noneMatch(removed::contains))
                .toList());
    if (!words.isEmpty()) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "the diff would reach through a symbolic link in this working tree: git says: " + words,
          "move the link away, or apply in another clone with --dir");
    }
  }

  private static boolean silent(FileChange change) {
    return change.newMode().isEmpty();
  }

  private static String mode(FileChange change, Map<String, String> modes) {
    TreePath old = change.oldPath();
    if (!silent(change) || old == null) {
      return change.newMode();
    }
    return modes.getOrDefault(old.bytes(), "");
  }

  /** Null when the patch hides it in a binary delta. */
  private static @Nullable String target(FileChange change, WorkingTree tree) {
    TreePath old = change.oldPath();
    if (change.binary()) {
      return null;
    }
    String target = change.linkTarget();
    boolean unchanged = target == null || target.isEmpty();
    return unchanged && old != null ? tree.linkTarget(old) : target;
  }

  /** Notes about what runs here, and about text that reads differently from what it says. */
  static List<String> notes(List<FileChange> changes) {
    List<String> notes = new ArrayList<>();
    for (FileChange change : changes) {
      if (change.newPath() != null && runsHere(change.path())) {
        notes.add(change.path().shown() + ": may run on this machine; read it first");
      } else if (change.newMode().equals(FileChange.EXECUTABLE)
          && !change.oldMode().equals(FileChange.EXECUTABLE)) {
        notes.add(change.path().shown() + ": becomes executable");
      }
      for (int line : change.added().stream().limit(MAX_LINES_NAMED).toList()) {
        notes.add(
            change.path().shown()
                + ":"
                + line
                + ": holds characters that change the reading direction");
      }
    }
    return notes;
  }

  private static boolean runsHere(TreePath path) {
    List<String> parts = List.of(path.bytes().toLowerCase(Locale.ROOT).split("/"));
    boolean workflow =
        parts.getFirst().equals(".github")
            && parts.size() > 2
            && (parts.get(1).equals("workflows") || parts.get(1).equals("actions"));
    return workflow
        || NAMES.contains(parts.getLast())
        || parts.subList(0, parts.size() - 1).stream().anyMatch(FOLDERS::contains);
  }
}
