# What differs from $BASE in $WORKTREE, as a patch on standard output. The agent owns everything
# below the working tree, its .git included, so this git has a directory, an index and a
# configuration of its own, made from the mirror; nothing that the agent configured takes part.
set -eu
export LC_ALL=C HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_NO_REPLACE_OBJECTS=1 GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0 GIT_ATTR_NOSYSTEM=1
work=$(mktemp -d)
complaints=$work/complaints
hidden=.git-errand-hidden

git_() {
  git --git-dir="$work/git" --work-tree="$WORKTREE" \
    -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.untrackedCache=false \
    -c core.excludesFile=/dev/null -c core.attributesFile=/dev/null -c core.fileMode=true \
    -c core.symlinks=true -c core.autocrlf=false -c core.safecrlf=false -c gc.auto=0 \
    -c core.looseCompression=1 -c advice.addEmbeddedRepo=false "$@"
}

# A repository inside the repository would be added as a link to a commit that nobody has: its
# .git steps aside while its files are added, and comes back.
restore() {
  find "$WORKTREE" -mindepth 2 -name "$hidden" -prune -print0 2>/dev/null |
    while IFS= read -r -d '' found; do mv -T -- "$found" "${found%"$hidden"}.git"; done
}
trap 'restore; rm -rf "$work"' EXIT

fail() {
  cat -- "$complaints"
  exit 1
}

{
  [ -d "$WORKTREE" ] || { echo "the working tree is gone"; false; }
  cd -- "$WORKTREE"
  git init -q --template= --bare "$work/git"
  mkdir -p "$work/git/info"
  echo /errand/mirror.git/objects >"$work/git/objects/info/alternates"
  printf '/.git\n%s\n' "$hidden" >"$work/git/info/exclude"
  git_ read-tree "$BASE"
  git_ ls-files -s | sed -n 's/^160000 [0-9a-f]* [0-3]\t/.\//p' >"$work/links"
  find . -mindepth 2 -name .git -prune -print0 |
    while IFS= read -r -d '' found; do
      if ! grep -Fxq -- "${found%/.git}" "$work/links"; then
        mv -T -- "$found" "${found%.git}$hidden"
      fi
    done
  git_ add -A -- .
} >"$complaints" 2>&1 || fail

git_ diff --cached --binary --full-index --no-color --no-renames --no-ext-diff --no-textconv \
  --src-prefix=a/ --dst-prefix=b/ --submodule=short --unified=3 --inter-hunk-context=0 \
  --diff-algorithm=myers "$BASE" -- 2>"$complaints" || fail
