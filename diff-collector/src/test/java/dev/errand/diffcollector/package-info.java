/** Proofs about diffs. */
@NullMarked
package dev.errand.diffcollector;

import org.jspecify.annotations.NullMarked;
