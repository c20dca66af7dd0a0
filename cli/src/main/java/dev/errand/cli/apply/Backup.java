package dev.errand.cli.apply;

import dev.errand.cli.git.Git;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;

/**
 * Keeps what was there before: a reference to HEAD, or to a commit of the changed files on top of
 * it, made as `git stash create` makes one: without touching the working tree.
 */
final class Backup {
  private static final String PREFIX = "refs/errand/backup/";

  /** One for each time that a task is applied in this clone. */
  private static final int MAX_BACKUPS_OF_A_TASK = 1_000;

  private Backup() {}

  /**
   * The reference's name.
   *
   * @param head the commit that is checked out
   * @param dirty whether anything that git knows differs from it
   * @throws CommandFailure (FAILED) when git cannot keep it
   */
  static String keep(WorkingTree tree, String task, String head, boolean dirty) {
    Git git = tree.git();
    String commit = head;
    if (dirty) {
      String stash = git.run("stash", "create", "errand: before " + task).orFail("backup").text();
      commit = stash.isEmpty() ? head : stash;
    }
    // Of the same length as the repository's ids: all zeros means "must not exist yet".
    String none = "0".repeat(head.length());
    for (int n = 1; n <= MAX_BACKUPS_OF_A_TASK; n++) {
      String name = PREFIX + task + "-" + n;
      boolean taken = git.run("rev-parse", "--verify", "--quiet", name).ok();
      if (!taken && git.run("update-ref", name, commit, none).ok()) {
        return name;
      }
    }
    throw new CommandFailure(
        ExitCode.FAILED,
        "no backup could be kept below " + PREFIX,
        "delete old ones: git for-each-ref " + PREFIX);
  }
}
