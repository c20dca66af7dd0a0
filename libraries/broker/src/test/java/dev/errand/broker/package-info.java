/** Proofs of the embedded broker. */
@NullMarked
package dev.errand.broker;

import org.jspecify.annotations.NullMarked;
