package dev.errand.provisioner;

import dev.errand.repositories.Submodule;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.CommitSha;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What checks the repository out inside of the box, with the image's git: objects are borrowed from
 * the mirror and never copied, nothing is fetched, no hook runs, and HEAD is compared at the end.
 */
final class CheckOutScript {
  /** A branch gets its name back; a commit by its id is checked out without a branch. */
  private static final String REPOSITORY =
      """
      set -eu
      command -v git >/dev/null || { echo "errand: the image has no git"; exit 127; }
      umask 022
      export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0
      # Git gives this a pointer of Git LFS and takes the content; what is no pointer stays as it is.
      smudge='
        file=$(mktemp) && cat > "$file" || exit
        version= oid=
        { read -r version && read -r oid; } < "$file" || :
        name=${oid#oid sha256:}
        rest=${name#??}
        content=$MIRROR/lfs/objects/${name%"$rest"}/${rest%"${rest#??}"}/$name
        case $version/$name in
          "version https://git-lfs.github.com/spec/v1/"*[!0-9a-f]*) ;;
          "version https://git-lfs.github.com/spec/v1/"?*)
            [ ! -f "$content" ] || { rm "$file"; exec cat "$content"; } ;;
        esac
        cat "$file"; rm "$file"'
      [ -d "$MIRROR/lfs/objects" ] || smudge=
      quietly() {
        git -c core.hooksPath=/dev/null -c protocol.allow=never \\
          ${smudge:+-c "filter.lfs.smudge=$smudge"} \\
          -c advice.detachedHead=false -c init.defaultBranch=main "$@"
      }
      # borrow GIT_DIRECTORY: its objects are the mirror's
      borrow() {
        mkdir -p "$1/objects/info"
        echo "$MIRROR/objects" > "$1/objects/info/alternates"
      }
      cd "$WORKTREE"
      # Where another commit was checked out before: a lock that its setup left, and submodules that
      # this commit may not have.
      rm -f .git/index.lock
      before=$(git ls-files --stage 2>/dev/null | sed -n 's/^160000 [0-9a-f]* 0\t//p')
      quietly init --quiet --template= .
      borrow .git
      git config remote.origin.url "$URL"
      git config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*'
      if [ -n "$BRANCH" ]; then
        git update-ref "refs/remotes/origin/$BRANCH" "$COMMIT"
        git symbolic-ref HEAD "refs/heads/$BRANCH"
        git update-ref HEAD "$COMMIT"
        git config "branch.$BRANCH.remote" origin
        git config "branch.$BRANCH.merge" "refs/heads/$BRANCH"
        quietly reset --quiet --hard
      else
        quietly checkout --quiet --force --detach "$COMMIT"
      fi
      """;

  private static final String CLEARED =
      """
      printf '%s\\n' "$before" | while IFS= read -r path; do
        [ -z "$path" ] || git ls-files --error-unmatch -- "$path" >/dev/null 2>&1 || rm -rf -- "./$path"
      done
      """;

  /** Parents come first, so that a submodule's git directory lies in its parent's. */
  private static final String SUBMODULE =
      """
      # submodule PARENT PATH NAME URL COMMIT
      submodule() {
        dir=$(cd "$WORKTREE/$1" && git rev-parse --absolute-git-dir)
        work=$WORKTREE/$2
        mkdir -p "$work" "$dir/modules/$3"
        (cd "$work" && quietly init --quiet --template= --separate-git-dir "$dir/modules/$3" .)
        borrow "$dir/modules/$3"
        (cd "$work" && git config remote.origin.url "$4" && \\
          git config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*' && \\
          quietly checkout --quiet --force --detach "$5")
        (cd "$WORKTREE/$1" && git config "submodule.$3.url" "$4" && \\
          git config "submodule.$3.active" true)
        [ "$(cd "$work" && git rev-parse HEAD)" = "$5" ]
      }
      """;

  private static final String ASSERTION =
      """
      head=$(git -C "$WORKTREE" rev-parse HEAD)
      [ "$head" = "$COMMIT" ] || { echo "errand: HEAD is $head, not $COMMIT"; exit 65; }
      """;

  private CheckOutScript() {}

  static String of(List<Submodule> submodules) {
    StringBuilder script = new StringBuilder(REPOSITORY).append(CLEARED);
    if (!submodules.isEmpty()) {
      script.append(SUBMODULE);
    }
    for (Submodule submodule : submodules) {
      script
          .append("submodule ")
          .append(Shell.word(submodule.parent()))
          .append(' ')
          .append(Shell.word(submodule.path()))
          .append(' ')
          .append(Shell.word(submodule.name()))
          .append(' ')
          .append(Shell.word(submodule.url().value()))
          .append(' ')
          .append(submodule.commit())
          .append('\n');
    }
    return script.append(ASSERTION).toString();
  }

  /** What the script reads; values, never parts of its text. */
  static Map<String, String> variables(TaskSpec task, Checkout.Target target) {
    Map<String, String> variables = new HashMap<>();
    variables.put("WORKTREE", worktree(task));
    variables.put("MIRROR", Preparation.MIRROR);
    variables.put("URL", task.environment().repository().value());
    variables.put("COMMIT", target.commit().value());
    variables.put("BRANCH", isCommit(target) ? "" : target.branch().value());
    return variables;
  }

  static String worktree(TaskSpec task) {
    return "/workspace/" + task.environment().repository().folder();
  }

  private static boolean isCommit(Checkout.Target target) {
    try {
      return new CommitSha(target.branch().value()).equals(target.commit());
    } catch (IllegalArgumentException e) {
      // A name that is no full commit id is a branch's or a tag's.
      return false;
    }
  }
}
