/**
 * One task, one trace. The main type is {@link dev.errand.stage.trace.TaskTrace}. It must not know
 * who exports spans, or whether anybody does.
 */
@NullMarked
package dev.errand.stage.trace;

import org.jspecify.annotations.NullMarked;
