/**
 * The diff: made in the box by a git of ours, checked here line by line, stored, presented. The
 * main type is {@link dev.errand.diffcollector.CollectDiffStage}. It must not know which agent
 * worked, nor trust anything that the agent wrote.
 */
@NullMarked
package dev.errand.diffcollector;

import org.jspecify.annotations.NullMarked;
