/**
 * What a follow-up goes on from: the container of the turn before, when it is kept, else the diff.
 * The main types are {@link dev.errand.provisioner.turns.KeptBoxes} and {@link
 * dev.errand.provisioner.turns.EarlierDiff}. It must not know how a box is made or set up.
 */
@NullMarked
package dev.errand.provisioner.turns;

import org.jspecify.annotations.NullMarked;
