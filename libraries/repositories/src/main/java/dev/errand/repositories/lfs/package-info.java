/**
 * What Git LFS keeps beside a repository: pointers, a mirror's contents, and the server that has
 * them. It must not know git; who may be asked is told by {@link
 * dev.errand.repositories.lfs.PinnedHttp.Judge}.
 *
 * <p>Source: git-lfs, docs/spec.md and docs/api.
 */
@NullMarked
package dev.errand.repositories.lfs;

import org.jspecify.annotations.NullMarked;
