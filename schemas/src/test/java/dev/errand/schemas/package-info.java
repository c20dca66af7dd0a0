/** Proofs about the language itself: the catalogue, verdicts, failures. */
@NullMarked
package dev.errand.schemas;

import org.jspecify.annotations.NullMarked;
