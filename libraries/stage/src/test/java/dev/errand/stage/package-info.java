/**
 * Proofs of the machine against a real broker, and what other modules' tests need to prove theirs:
 * {@link dev.errand.stage.Topics} reads everything, {@link dev.errand.stage.EveryAttemptEnds} and
 * {@link dev.errand.stage.AtMostOneRun} judge it.
 */
@NullMarked
package dev.errand.stage;

import org.jspecify.annotations.NullMarked;
