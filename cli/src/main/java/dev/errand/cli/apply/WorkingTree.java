package dev.errand.cli.apply;

import dev.errand.cli.git.Git;
import dev.errand.cli.outcome.CommandFailure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The user's working tree, asked and changed through git only. */
final class WorkingTree {
  private static final Map<String, String> READ_ONLY = Map.of("GIT_OPTIONAL_LOCKS", "0");
  private static final byte[] NO_INPUT = new byte[0];

  private final Path top;
  private final Git git;
  private final String up;

  private WorkingTree(Path top, String up) {
    this.top = top;
    this.git = new Git(top);
    this.up = up;
  }

  /**
   * The tree that a folder lies in.
   *
   * @throws CommandFailure (USAGE) when there is none
   */
  static WorkingTree around(Path directory) {
    Git.Result up = new Git(directory).run("rev-parse", "--show-cdup");
    Git.Result inside = new Git(directory).run("rev-parse", "--is-inside-work-tree");
    if (!up.ok() || !inside.text().equals("true")) {
      boolean plain = up.err().isBlank() || up.err().contains("not a git repository");
      String words = plain ? "" : " (" + up.err().strip() + ")";
      throw CommandFailure.usage(
          directory + " is not in a git working tree" + words,
          "run this in a clone of the task's repository, or name it with --dir");
    }
    // Relative, because an absolute path could hold what this locale cannot spell.
    return new WorkingTree(directory.resolve(up.text()), up.text());
  }

  /** How a user calls git for the whole tree from the folder that was named. */
  String command() {
    return up.isEmpty() ? "git" : "git -C " + up;
  }

  Path top() {
    return top;
  }

  Git git() {
    return git;
  }

  /** The commit that is checked out; empty in a new repository. */
  Optional<String> head() {
    Git.Result head = git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}");
    return head.ok() ? Optional.of(head.text()) : Optional.empty();
  }

  /** Whether a commit is here, without asking any remote for it. */
  boolean has(String commit) {
    return git.run(
            NO_INPUT,
            Map.of("GIT_NO_LAZY_FETCH", "1"),
            "cat-file",
            "-e",
            "--end-of-options",
            commit + "^{commit}")
        .ok();
  }

  /** Where the working tree or the index differ from HEAD, and files that git does not know. */
  Map<String, String> status() {
    Git.Result result =
        git.run(
                NO_INPUT,
                READ_ONLY,
                "status",
                "-z",
                "--porcelain=v1",
                "--untracked-files=all",
                "--no-renames")
            .orFail("git status");
    Map<String, String> states = new HashMap<>();
    for (String entry : result.fields()) {
      states.put(entry.substring(3), entry.substring(0, 2));
    }
    return states;
  }

  /** The modes of all files that git knows, by path in bytes. */
  Map<String, String> modes() {
    Git.Result result = git.run(NO_INPUT, READ_ONLY, "ls-files", "--stage", "-z");
    Map<String, String> modes = new HashMap<>();
    for (String entry : result.orFail("git ls-files").fields()) {
      modes.put(entry.substring(entry.indexOf('\t') + 1), entry.substring(0, 6));
    }
    return modes;
  }

  /** What a symbolic link in the index points to, in bytes. */
  String linkTarget(TreePath link) {
    byte[] name = (":" + link.bytes() + "\n").getBytes(StandardCharsets.ISO_8859_1);
    Git.Result result = git.run(name, READ_ONLY, "cat-file", "--batch").orFail("git cat-file");
    String text = new String(result.out(), StandardCharsets.ISO_8859_1);
    int start = text.indexOf('\n') + 1;
    return text.substring(start, Math.max(start, text.length() - 1));
  }

  /** Git's words about the first path that lies below a symbolic link in the tree, or "". */
  String beyondLink(List<TreePath> paths) {
    StringBuilder names = new StringBuilder();
    // With a folder before it no name is taken for one of git's patterns.
    paths.forEach(path -> names.append("./").append(path.bytes()).append('\0'));
    byte[] input = names.toString().getBytes(StandardCharsets.ISO_8859_1);
    // Of the commands that look for links, the only one that takes paths from standard input.
    Git.Result result =
        git.run(
            input,
            READ_ONLY,
            "--no-literal-pathspecs",
            "check-ignore",
            "--no-index",
            "--stdin",
            "-z");
    boolean none = result.ok() || result.exit() == 1;
    return none || result.err().contains(" is beyond a symbolic link")
        ? result.err().strip()
        : result.orFail("git check-ignore").err();
  }

  /** Runs `git apply` on a patch with further options. */
  Git.Result apply(byte[] patch, String... options) {
    List<String> arguments = new ArrayList<>(List.of("apply", "--binary", "--whitespace=nowarn"));
    arguments.addAll(List.of(options));
    arguments.add("-");
    return git.run(patch, Map.of(), arguments.toArray(String[]::new));
  }

  /** Puts files back to what the given commit holds; files that it does not have stay. */
  Git.Result restore(String commit, List<TreePath> paths) {
    StringBuilder names = new StringBuilder();
    paths.forEach(path -> names.append(path.bytes()).append('\0'));
    return git.run(
        names.toString().getBytes(StandardCharsets.ISO_8859_1),
        Map.of(),
        "restore",
        "--source=" + commit,
        "--worktree",
        "--pathspec-from-file=-",
        "--pathspec-file-nul");
  }
}
