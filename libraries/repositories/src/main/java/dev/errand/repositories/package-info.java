/**
 * Refs and mirrors: what a repository's references are now, and one bare mirror of it on this node,
 * kept by the host's own git. The main type is {@link dev.errand.repositories.Mirrors}. It must not
 * know boxes, stages or topics, and never runs git in a tree that a container could write.
 */
@NullMarked
package dev.errand.repositories;

import org.jspecify.annotations.NullMarked;
