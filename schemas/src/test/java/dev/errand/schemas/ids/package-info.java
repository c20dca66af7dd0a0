/** Proofs that a value with a grammar is well-formed, or does not exist. */
@NullMarked
package dev.errand.schemas.ids;

import org.jspecify.annotations.NullMarked;
