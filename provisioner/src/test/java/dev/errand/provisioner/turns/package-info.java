/**
 * Proofs of {@code dev.errand.provisioner.turns}; each names what it proves. It must not know more of
 * the other services than their facts.
 */
@NullMarked
package dev.errand.provisioner.turns;

import org.jspecify.annotations.NullMarked;
