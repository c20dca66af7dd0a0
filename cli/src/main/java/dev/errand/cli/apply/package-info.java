/**
 * A task's diff on its way into the user's working tree: read, judged, tried, applied, undoable.
 * The main type is {@link dev.errand.cli.apply.PatchApplication}. It must not know of servers.
 */
@NullMarked
package dev.errand.cli.apply;

import org.jspecify.annotations.NullMarked;
