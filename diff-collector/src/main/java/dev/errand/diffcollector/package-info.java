/**
 * The last stage: what the agent has changed becomes a patch, and the run ends. The main type is
 * {@link dev.errand.diffcollector.CollectDiffStage}; {@link
 * dev.errand.diffcollector.DiffCollectorService} runs it. It must not know how the work tree came
 * to be, and believes nothing that lies in it.
 */
@NullMarked
package dev.errand.diffcollector;

import org.jspecify.annotations.NullMarked;
