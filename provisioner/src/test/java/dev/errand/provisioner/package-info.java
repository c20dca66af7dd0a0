/**
 * Proofs of {@code dev.errand.provisioner}; each names what it proves. It must not know more of the
 * other services than their facts.
 */
@NullMarked
package dev.errand.provisioner;

import org.jspecify.annotations.NullMarked;
