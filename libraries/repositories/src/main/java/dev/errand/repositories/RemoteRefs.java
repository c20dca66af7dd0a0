package dev.errand.repositories;

import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RefName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A remote's answer to {@code ls-remote --symref}.
 *
 * <p>Source: git-ls-remote(1), OUTPUT: {@code <oid> TAB <ref>}, a symbolic one before as {@code
 * ref: <target> TAB <ref>}, an annotated tag's commit after it as {@code <tag>^{}}.
 */
final class RemoteRefs {
  private static final String HEAD = "HEAD";
  private static final String HEADS = "refs/heads/";
  private static final String TAGS = "refs/tags/";
  private static final String SYMREF = "ref: ";

  private final Map<String, CommitSha> refs = new LinkedHashMap<>();
  private @Nullable String head;

  private RemoteRefs() {}

  /** Reads what can be read; a line that no git would write is left out. */
  static RemoteRefs parse(String output) {
    RemoteRefs parsed = new RemoteRefs();
    output.lines().forEach(parsed::add);
    return parsed;
  }

  private void add(String line) {
    int tab = line.indexOf('\t');
    if (tab < 0) {
      return;
    }
    String value = line.substring(0, tab);
    String name = line.substring(tab + 1);
    if (value.startsWith(SYMREF)) {
      if (name.equals(HEAD)) {
        head = value.substring(SYMREF.length());
      }
      return;
    }
    try {
      refs.put(name, new CommitSha(value));
    } catch (IllegalArgumentException e) {
      // Not an object id: the remote does not speak git, and so has no such reference.
      refs.remove(name);
    }
  }

  boolean isEmpty() {
    return refs.isEmpty();
  }

  /** The commit of a branch or else a tag. */
  Optional<CommitSha> find(RefName name) {
    for (String full : new String[] {HEADS + name, TAGS + name + "^{}", TAGS + name}) {
      CommitSha commit = refs.get(full);
      if (commit != null) {
        return Optional.of(commit);
      }
    }
    return Optional.empty();
  }

  /** What HEAD points to, when that exists. */
  Optional<CommitSha> head() {
    return Optional.ofNullable(refs.get(HEAD));
  }

  /** The branch that HEAD names; a remote too old to tell has the one at HEAD's commit. */
  Optional<RefName> defaultBranch() {
    if (head != null && head.startsWith(HEADS)) {
      return branch(head);
    }
    CommitSha commit = refs.get(HEAD);
    return refs.entrySet().stream()
        .filter(ref -> ref.getKey().startsWith(HEADS) && ref.getValue().equals(commit))
        .flatMap(ref -> branch(ref.getKey()).stream())
        .findFirst();
  }

  private static Optional<RefName> branch(String full) {
    try {
      return Optional.of(new RefName(full.substring(HEADS.length())));
    } catch (IllegalArgumentException e) {
      // A name that we do not pass on, such as one of 300 characters.
      return Optional.empty();
    }
  }
}
