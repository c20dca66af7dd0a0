/**
 * The box: a container of ours, made and found again through the engine's API, and the channel to
 * the runner inside it that executes phases. The main types are {@link dev.errand.sandbox.Boxes}
 * and {@link dev.errand.sandbox.BoxSession}. It must not know tasks, stages, topics, git or what a
 * phase is good for.
 */
@NullMarked
package dev.errand.sandbox;

import org.jspecify.annotations.NullMarked;
