/**
 * Proofs of {@code dev.errand.provisioner.images}; each names what it proves. It must not know more
 * of the other services than their facts.
 */
@NullMarked
package dev.errand.provisioner.images;

import org.jspecify.annotations.NullMarked;
