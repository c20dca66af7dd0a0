/**
 * The container cache, as far as it needs neither a log nor an engine: what shapes a prepared
 * container ({@link dev.errand.cache.Ingredients}), and which snapshots there are, folded from
 * {@code snapshots.facts} ({@link dev.errand.cache.Snapshots}, the main type). It must not know how
 * a container is frozen or who reads the topic.
 */
@NullMarked
package dev.errand.cache;

import org.jspecify.annotations.NullMarked;
