/** Proofs about facts as bytes: round trips, evolution, hostile input. */
@NullMarked
package dev.errand.schemas.wire;

import org.jspecify.annotations.NullMarked;
