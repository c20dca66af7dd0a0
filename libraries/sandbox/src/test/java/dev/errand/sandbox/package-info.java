/**
 * Proofs of the sandbox, and what other modules' tests need of it. The main types are {@link
 * dev.errand.sandbox.Lab} and {@link dev.errand.sandbox.NoOrphans}. It must not know stages.
 */
@NullMarked
package dev.errand.sandbox;

import org.jspecify.annotations.NullMarked;
