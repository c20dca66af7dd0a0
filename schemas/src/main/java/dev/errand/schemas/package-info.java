/**
 * The language of Errand: facts, the topics they lie on, and the closed list of failures. The main
 * type is {@link dev.errand.schemas.Event}; {@link dev.errand.schemas.Topic} is the catalogue. It
 * must not know how a fact is made, stored or shown.
 */
@NullMarked
package dev.errand.schemas;

import org.jspecify.annotations.NullMarked;
