/**
 * The machine: everything hard about taking a fact, doing the work and appending the next fact,
 * written once. The main type is {@link dev.errand.stage.Stage}. It must not know what any stage
 * does, nor any container, repository or agent.
 */
@NullMarked
package dev.errand.stage;

import org.jspecify.annotations.NullMarked;
