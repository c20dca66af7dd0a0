/** Proofs of the node's journal. */
@NullMarked
package dev.errand.stage.journal;

import org.jspecify.annotations.NullMarked;
