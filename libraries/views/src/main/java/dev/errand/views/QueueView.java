package dev.errand.views;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much waits and how much is worked on, over all tasks.
 *
 * @param tasks that go on
 * @param queued attempts that no node has taken
 * @param oldestQueuedAt since when the oldest of them waits; null when none does
 * @param running attempts that a node has taken and not ended
 */
public record QueueView(int tasks, int queued, @Nullable Instant oldestQueuedAt, int running) {}
