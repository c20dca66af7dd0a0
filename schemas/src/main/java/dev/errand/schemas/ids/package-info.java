/**
 * Ids and values with a grammar: a value of one of these types is well-formed, or it does not
 * exist. The main types are {@link dev.errand.schemas.ids.TaskId} and {@link
 * dev.errand.schemas.ids.RunId}. It must not know facts, topics or the wire.
 */
@NullMarked
package dev.errand.schemas.ids;

import org.jspecify.annotations.NullMarked;
