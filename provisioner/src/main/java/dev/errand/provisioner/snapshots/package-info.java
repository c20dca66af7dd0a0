/**
 * The container cache of one node: which snapshot a run starts from, who builds a missing one, and
 * which are removed. The main type is {@link dev.errand.provisioner.snapshots.NodeCache}. It must
 * not know how a box is set up.
 */
@NullMarked
package dev.errand.provisioner.snapshots;

import org.jspecify.annotations.NullMarked;
