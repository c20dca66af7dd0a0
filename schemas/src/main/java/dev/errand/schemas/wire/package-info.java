/**
 * Facts as bytes. The main type is {@link dev.errand.schemas.wire.Wire}. It must not know what any
 * fact means.
 */
@NullMarked
package dev.errand.schemas.wire;

import org.jspecify.annotations.NullMarked;
