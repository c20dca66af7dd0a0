/**
 * Proofs that mirrors hold what remotes have, and that remotes get no further than the mirror. The
 * main type is {@link dev.errand.repositories.MirrorsSystemTest}. It must not know anything of
 * boxes.
 */
@NullMarked
package dev.errand.repositories;

import org.jspecify.annotations.NullMarked;
