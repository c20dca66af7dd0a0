# Writes to standard output what the work tree has that the task's commit has not, as a patch behind
# one line "errand-diff <submodules> <nested repositories>". Runs inside the box, after the agent.
#
# Nothing of the agent's .git is read: not its index (skip-worktree), not its references (replace),
# not its configuration (external diff, filters, fsmonitor). Every file's content is compared.
#
# Nor is anything of the image used: the shell, git and six small programs are ours, on the PATH
# that is given. /dev is the agent's as well: no /dev/null, and no <(...), which needs /dev/fd.
#
# Given: ERRAND_WORK, the work tree; ERRAND_MIRROR, a bare repository with the commit's objects;
# ERRAND_BASE, the commit; ERRAND_MAX_BYTES, the largest patch.
# Exit codes: 0 the patch is whole; 90 git failed, the output says why; 92 the patch is too large;
# 93 there is no work tree.

set -u -o pipefail
export LC_ALL=C
for name in ${!GIT_*}; do unset "$name"; done

# A link in its place would present another folder of the box as the agent's work.
if [ -L "$ERRAND_WORK" ] || [ ! -d "$ERRAND_WORK" ]; then
  exit 93
fi
[ -x "$ERRAND_WORK" ] || chmod u+rwx "$ERRAND_WORK"
cd "$ERRAND_WORK" || exit 93
own=$TMPDIR/errand-diff # removed with TMPDIR, which the runner has made for this phase alone
mkdir "$own" || exit 90
exec 3>&1 > "$own/messages" 2>&1

# On a full disk there is no room for messages either.
has_room() {
  { printf '%65536s' x > "$own/room"; } 2>&3
}

fail() {
  head -c 4096 "$own/messages" >&3
  has_room
  exit 90
}

# Given to git where it wants a file that says nothing.
nothing=$own/nothing
: > "$nothing"

# A repository of ours; made by hand, as that takes no process.
make_repository() {
  mkdir -p "$1/objects/info" "$1/refs" "$1/info" || return
  echo "ref: refs/heads/none" > "$1/HEAD"
  # What a diff driver hides, a person should read.
  echo "* !diff" > "$1/info/attributes"
  local format=0
  if [ ${#ERRAND_BASE} -eq 64 ]; then
    format=1
  fi
  {
    echo "[core]"
    echo "repositoryformatversion = $format"
    echo "bare = false"
    echo "fileMode = true"
    echo "symlinks = true"
    echo "ignoreCase = false"
    echo "autocrlf = false"
    echo "safecrlf = false"
    echo "excludesFile = $nothing"
    echo "attributesFile = $nothing"
    echo "hooksPath = $nothing"
    echo "fsmonitor = false"
    echo "untrackedCache = false"
    echo "sparseCheckout = false"
    echo "looseCompression = 1"
    echo "quotePath = true"
    echo "[gc]"
    echo "auto = 0"
    echo "[advice]"
    echo "addEmbeddedRepo = false"
    if [ $format -eq 1 ]; then
      echo "[extensions]"
      echo "objectFormat = sha256"
    fi
  } > "$1/config"
}

make_repository "$own/git" || fail
make_repository "$own/empty" || fail
export HOME=$own XDG_CONFIG_HOME=$own
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=$nothing GIT_ATTR_NOSYSTEM=1
export GIT_NO_REPLACE_OBJECTS=1 GIT_TERMINAL_PROMPT=0 GIT_PAGER=cat
export GIT_DIR=$own/git GIT_WORK_TREE=$ERRAND_WORK
export GIT_ALTERNATE_OBJECT_DIRECTORIES=$ERRAND_MIRROR/objects

# What Git LFS keeps is its content here, and a pointer to it in the commit. A file whose pointer,
# made of the content that it has now, is the commit's has not changed, but for its mode.
keep_pointers() {
  local files=() modes=() blobs=() info path blob sum size i n=0
  git diff-files -z --ignore-submodules --raw --diff-filter=d > "$own/raw" || return
  while IFS= read -r -d '' info && IFS= read -r -d '' path; do
    if [[ $info == ":100"???" 100"* && $path != *$'\n'* ]]; then
      blob=${info:15}
      files+=("./$path") modes+=("${info:8:6}") blobs+=("${blob%% *}")
    else
      printf '%s\0' "$path"
    fi
  done < "$own/raw" > "$own/changed"
  mkdir -p "$own/pointers" || return
  for ((i = 0; i < ${#files[@]}; i += 200)); do
    sha256sum -z -- "${files[@]:i:200}" > "$own/sums" || return
    wc -c -- "${files[@]:i:200}" > "$own/sizes" || return
    while IFS= read -r -d '' sum && read -r size _ <&4; do
      printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' \
        "${sum%% *}" "$size" > "$own/pointers/$n" || return
      echo "$own/pointers/$((n++))"
    done < "$own/sums" 4< "$own/sizes"
  done > "$own/list"
  git hash-object --no-filters --stdin-paths < "$own/list" > "$own/now" || return
  n=0
  while read -r blob; do
    if [ "$blob" = "${blobs[n]}" ]; then
      printf '%s %s\t%s\0' "${modes[n]}" "$blob" "${files[n]#./}" >&4
    else
      printf '%s\0' "${files[n]#./}"
    fi
    n=$((n + 1))
  done < "$own/now" >> "$own/changed" 4> "$own/kept"
  git update-index -z --index-info < "$own/kept" || return
}

# The plain files of a repository inside the work tree; its depth keeps the lists apart.
list_nested() {
  local path list="$own/nested-$2"
  GIT_DIR=$own/empty GIT_WORK_TREE="$ERRAND_WORK/$1" GIT_INDEX_FILE="$own/none" \
    git -C "$ERRAND_WORK/$1" ls-files -o -z --exclude-standard > "$list" || return
  while IFS= read -r -d '' path; do
    if [[ $path == */ ]]; then
      list_nested "$1/${path%/}" "$(($2 + 1))" || return
    else
      printf '%s/%s\0' "$1" "$path"
    fi
  done < "$list"
}

# Makes the index of the work tree.
read_work_tree() {
  local excluded=() entry path
  submodules=() nested=()
  git read-tree "$ERRAND_BASE^{tree}" || return

  # Submodules stay at the task's commit: what is inside of them belongs to another repository. They
  # are looked up in the commit, and kept out of everything that would open their .git.
  git ls-files -s -z > "$own/tree" || return
  while IFS= read -r -d '' entry; do
    if [[ $entry == "160000 "* ]]; then
      submodules+=("${entry#*$'\t'}")
    fi
  done < "$own/tree"
  for path in "${submodules[@]}"; do
    excluded+=(":(top,exclude,literal)$path")
  done

  # Every file is compared by content. "git add" would do so as well, and write an object for each
  # that has not changed: only one that it can touch spares it that, and the mirror is read-only.
  git update-index -q --ignore-submodules --refresh
  git diff-files -z --ignore-submodules --name-only --diff-filter=D > "$own/gone" || return
  git diff-files -z --ignore-submodules --name-only --diff-filter=d > "$own/changed" || return

  if [ -d "$ERRAND_MIRROR/lfs" ]; then
    keep_pointers || return
  fi

  git update-index -z --force-remove --stdin < "$own/gone" || return
  git update-index -z --remove --stdin < "$own/changed" || return

  # A repository inside the work tree, such as one of `git init`, becomes plain files: a patch has
  # no way to carry it, and git would leave its content out.
  git ls-files -o -z --exclude-standard -- . "${excluded[@]}" > "$own/untracked" || return
  while IFS= read -r -d '' path; do
    if [[ $path == */ ]]; then
      nested+=("${path%/}")
    else
      printf '%s\0' "$path"
    fi
  done < "$own/untracked" > "$own/new"
  git update-index -z --add --stdin < "$own/new" || return

  for path in "${nested[@]}"; do
    list_nested "$path" 0 > "$own/paths" || return
    git update-index --add -z --stdin < "$own/paths" || return
  done

  for path in "${submodules[@]}"; do
    if [ -L "$path" ] || [ ! -d "$path" ]; then
      git update-index --force-remove -- "$path" || return
      if [ -e "$path" ] || [ -L "$path" ]; then
        git update-index --add -- "$path" || return
      fi
    fi
  done
}

# What nobody may read cannot be compared, so it is opened first; without need no file is touched.
if ! read_work_tree || [[ $(< "$own/messages") == *"Permission denied"* ]]; then
  chmod -R u+rX .
  : > "$own/messages"
  read_work_tree || fail
fi

# Stops git as soon as the patch is too large; that is then seen by its size, not by git's end.
git diff-index --cached -p --binary --full-index -M -l1000 --no-ext-diff --no-textconv --no-color \
  --src-prefix=a/ --dst-prefix=b/ --submodule=short "$ERRAND_BASE" \
  | head -c $((ERRAND_MAX_BYTES + 1)) > "$own/patch"
status=("${PIPESTATUS[@]}")
size=$(wc -c < "$own/patch")
if [ "$size" -gt "$ERRAND_MAX_BYTES" ]; then
  exit 92
fi
[ "${status[*]}" = "0 0" ] || fail
# What had no room above was cut without a word: a list, or the patch.
has_room || exit 90
echo "errand-diff ${#submodules[@]} ${#nested[@]}" >&3
cat "$own/patch" >&3
