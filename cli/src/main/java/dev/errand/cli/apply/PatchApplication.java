package dev.errand.cli.apply;

import dev.errand.cli.git.Git;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Applies one diff: read, judge, look for local changes in the way, try, keep a backup, apply. All
 * or nothing, unless a merge was asked for.
 */
public final class PatchApplication {
  private static final int SHORT_COMMIT = 10;

  /** The states of files in conflict. Source: git-status(1), "Short Format". */
  private static final Set<String> UNMERGED = Set.of("DD", "AU", "UD", "UA", "DU", "AA", "UU");

  private final ApplyRequest request;
  private final List<FileChange> changes;
  private final WorkingTree tree;

  private PatchApplication(ApplyRequest request, List<FileChange> changes, WorkingTree tree) {
    this.request = request;
    this.changes = changes;
    this.tree = tree;
  }

  /**
   * Does what the request says.
   *
   * @return conflicts are in the report; everything else that prevents it is thrown
   * @throws CommandFailure CONFLICT for local changes or a merge in the way, for a diff that is
   *     applied already, and in a clone without its base; USAGE without a working tree; FAILED for
   *     a diff that is refused
   */
  public static ApplyReport run(ApplyRequest request) {
    WorkingTree tree = WorkingTree.around(request.directory());
    try {
      return new PatchApplication(request, PatchParser.parse(request.patch()), tree).run();
    } catch (PatchParser.MalformedPatchException e) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "the diff is refused: " + e.getMessage(),
          "look at it with `errand cloud diff`; the server should never have given it out");
    }
  }

  private ApplyReport run() {
    if (changes.isEmpty()) {
      return new ApplyReport(List.of(), List.of(), List.of(), List.of(), List.of(), null, null);
    }
    refuseForeignClone();
    if (!request.allowLinks()) {
      PatchReview.refuseLinks(changes, tree);
    }
    Map<String, String> status = tree.status();
    refuseUnfinishedMerge(status);
    refuseDirty(status);
    PatchReview.refusePathsBeyondLinks(changes, tree);
    List<String> mode = request.threeWay() ? List.of("--3way") : List.of();
    Git.Result trial = tree.apply(request.patch(), with(mode, "--check", "--verbose"));
    Verdicts verdicts = Verdicts.of(trial.err(), changes);
    boolean fits = trial.ok() && verdicts.conflicts().isEmpty();
    if (!fits || request.threeWay()) {
      refuseApplied(); // with --3way it fits all the same
    }
    if (!trial.ok() || (request.checkOnly() && !fits)) {
      return conflicts(verdicts, trial);
    }
    if (request.checkOnly()) {
      return new ApplyReport(
          shown(changes), List.of(), List.of(), PatchReview.notes(changes), List.of(), null, null);
    }
    return apply(mode, status);
  }

  /** A diff that only adds files fits everywhere, and a commit says whether it belongs here. */
  private void refuseForeignClone() {
    String base = request.baseCommit();
    if (!base.isEmpty() && !tree.has(base)) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "the task started from %s, which this clone does not have; nothing was changed"
              .formatted(shortened(base)),
          """
          run git fetch (in a shallow clone: git fetch origin %s), name a clone of the task's \
          repository with --dir, or apply it all the same: %s"""
              .formatted(base, piped("apply")));
    }
  }

  private static void refuseUnfinishedMerge(Map<String, String> status) {
    List<String> unmerged =
        status.entrySet().stream()
            .filter(entry -> UNMERGED.contains(entry.getValue()))
            .map(entry -> entry.getValue() + " " + TreePath.shown(entry.getKey()))
            .sorted()
            .toList();
    if (!unmerged.isEmpty()) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "a merge, rebase or the like is in progress here:\n  " + String.join("\n  ", unmerged),
          "finish it first (git status says how), and apply again");
    }
  }

  private void refuseApplied() {
    boolean applied = tree.apply(request.patch(), "--reverse", "--check").ok();
    // What fits both ways only looks as if it were.
    if (applied && !tree.apply(request.patch(), "--check").ok()) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "the diff is applied already; nothing was changed",
          "go on, or take it back: " + piped("apply -R"));
    }
  }

  private void refuseDirty(Map<String, String> status) {
    List<String> dirty =
        changes.stream()
            .flatMap(change -> change.touched().stream())
            .distinct()
            .filter(path -> status.containsKey(path.bytes()))
            .map(path -> status.get(path.bytes()) + " " + path.shown())
            .sorted()
            .toList();
    if (!dirty.isEmpty()) {
      refuseApplied();
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "your own changes are in the way; nothing was changed:\n  " + String.join("\n  ", dirty),
          "commit or stash them (git stash push -u) and apply again");
    }
  }

  private ApplyReport conflicts(Verdicts verdicts, Git.Result trial) {
    List<String> conflicts = new ArrayList<>(verdicts.conflicts());
    conflicts.addAll(verdicts.unplaced());
    if (conflicts.isEmpty()) {
      conflicts.add("git says: " + trial.err().strip());
    }
    return new ApplyReport(
        List.of(), conflicts, shown(verdicts.fitting()), List.of(), hints(), null, null);
  }

  private ApplyReport apply(List<String> mode, Map<String, String> status) {
    boolean dirty = status.values().stream().anyMatch(state -> !state.equals("??"));
    Optional<String> head = tree.head();
    String backup =
        head.map(commit -> Backup.keep(tree, request.task(), commit, dirty)).orElse(null);
    Restoration restoration = Restoration.before(tree, changes);
    PatchReview.refusePathsBeyondLinks(changes, tree); // again: keeping the backup takes its time
    Git.Result result = tree.apply(request.patch(), with(mode));
    Verdicts verdicts = Verdicts.of(result.err(), changes);
    // With conflicts git ends with 1, and with 128 when it could not write.
    boolean merged = request.threeWay() && result.exit() == 1 && !verdicts.conflicts().isEmpty();
    if (!result.ok() && !merged) {
      throw unwritten(result.err().strip(), restoration.run(head), backup);
    }
    return new ApplyReport(
        shown(verdicts.fitting()),
        verdicts.conflicts(),
        List.of(),
        PatchReview.notes(changes),
        List.of(),
        backup,
        undo(merged, backup == null ? "HEAD" : backup));
  }

  /** The command that takes it back; `git apply` below the top would leave out other folders. */
  private String undo(boolean merged, String source) {
    if (merged) {
      return tree.command() + " restore --source=" + source + " --staged --worktree -- FILES";
    }
    return piped(request.threeWay() ? "apply -R --index" : "apply -R");
  }

  /** The command that hands the diff to git. */
  private String piped(String arguments) {
    return "errand cloud diff %s-%d | %s %s"
        .formatted(request.task(), request.attempt(), tree.command(), arguments);
  }

  private CommandFailure unwritten(String words, Set<String> left, @Nullable String backup) {
    if (left.isEmpty()) {
      return new CommandFailure(
          ExitCode.FAILED,
          "git could not write the changes, which were taken back: " + words,
          "free space or correct the permissions, and apply again");
    }
    String source = backup == null ? "" : ", and git restore --source=" + backup + " -- FILE";
    return new CommandFailure(
        ExitCode.FAILED,
        "git could not write the changes: %s\nthese could not be taken back:\n  %s"
            .formatted(words, String.join("\n  ", left)),
        "free space or correct the permissions, then put them back by hand: delete what is new"
            + source);
  }

  private List<String> hints() {
    List<String> hints = new ArrayList<>();
    String base = request.baseCommit();
    Optional<String> head = tree.head();
    if (!base.isEmpty() && head.isPresent() && !head.get().equals(base)) {
      hints.add(
          "the task started from %s and HEAD is %s: git switch -c errand/%s %s"
              .formatted(shortened(base), shortened(head.get()), request.task(), shortened(base)));
    }
    if (!request.threeWay()) {
      hints.add("merge it, with conflict markers where needed: add --3way");
    }
    return hints;
  }

  private static String shortened(String commit) {
    return commit.substring(0, Math.min(SHORT_COMMIT, commit.length()));
  }

  private static List<String> shown(List<FileChange> changes) {
    return changes.stream().map(FileChange::shown).toList();
  }

  private static String[] with(List<String> options, String... more) {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }
}
