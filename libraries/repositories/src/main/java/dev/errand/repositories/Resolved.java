package dev.errand.repositories;

import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RefName;
import org.jspecify.annotations.Nullable;

/**
 * What a reference was when the remote was asked.
 *
 * @param branch the branch or tag by its short name, or the full commit id that was asked for
 * @param commit what it points to; an annotated tag's commit, not the tag
 * @param defaultBranch what the remote's HEAD names; null when it names no branch that exists
 */
public record Resolved(RefName branch, CommitSha commit, @Nullable RefName defaultBranch) {}
