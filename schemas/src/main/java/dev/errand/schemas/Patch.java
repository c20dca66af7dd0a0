package dev.errand.schemas;

import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Digest;
import org.jspecify.annotations.Nullable;

/**
 * A diff in the artifact store.
 *
 * @param base what it applies to
 * @param inline the whole text when it is UTF-8 of at most {@link #MAX_INLINE_BYTES}, else null
 */
public record Patch(
    CommitSha base,
    Digest digest,
    long bytes,
    int files,
    int linesAdded,
    int linesRemoved,
    @Nullable String inline) {
  public static final int MAX_INLINE_BYTES = 128 * 1024;
}
