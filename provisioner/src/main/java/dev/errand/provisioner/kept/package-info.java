/**
 * The containers of attempts that are over and may go on: which are kept, for how long, and who
 * takes one. The main type is {@link dev.errand.provisioner.kept.KeptBoxes}. It must not know what
 * a turn does in its container, nor how a box is made.
 */
@NullMarked
package dev.errand.provisioner.kept;

import org.jspecify.annotations.NullMarked;
