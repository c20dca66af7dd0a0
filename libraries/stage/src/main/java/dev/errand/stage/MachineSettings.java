package dev.errand.stage;

import java.time.Duration;

/**
 * What can be set about the machine; the same for all stages of a process.
 *
 * @param lock how long a fact is ours without a sign of life; the broker bounds it (15 to 60 s by
 *     default). Short: taken over soon after a freeze, and lost in a long pause. Renewed every
 *     third of it
 * @param fetchWait how long the broker holds an empty answer. Short costs idle CPU, about 5 % of a
 *     core at 0.5 s
 * @param batch how many facts one consumer draws at once while that many slots are free
 * @param settle how long a drawn batch may take before another consumer draws beside it
 * @param attemptsInPlace how often work is tried on this node when the machine's own surroundings
 *     fail (INFRASTRUCTURE)
 * @param attemptsElsewhere how often such a fact is then given to whoever draws next before its run
 *     is ended; only where another node may take it
 * @param backoff the pause after the first failure; doubles up to {@link #maxBackoff}, with jitter
 * @param maxRequeues how many times a fact that keeps killing its worker is appended anew before it
 *     is a dead letter; each copy is delivered {@link #MAX_DELIVERIES} - 3 times
 * @param closeWait how long a close waits for stages to leave
 * @param liveLogBytes the live log's rate for each job, bytes a second; bursts of four seconds pass
 * @param journalKept how long a journal outlives the end of its run
 */
public record MachineSettings(
    Duration lock,
    Duration fetchWait,
    int batch,
    Duration settle,
    int attemptsInPlace,
    int attemptsElsewhere,
    Duration backoff,
    Duration maxBackoff,
    int maxRequeues,
    Duration closeWait,
    int liveLogBytes,
    Duration journalKept) {
  /** Deliveries of one record, our groups' setting and the broker's upper bound. */
  public static final int MAX_DELIVERIES = 10;

  private static final int MAX_BATCH = 500;

  /**
   * @throws IllegalArgumentException when a number is out of its range
   */
  public MachineSettings {
    positive("lock", lock);
    positive("fetch-wait", fetchWait);
    positive("backoff", backoff);
    positive("close-wait", closeWait);
    positive("journal-kept", journalKept);
    if (maxBackoff.compareTo(backoff) < 0) {
      throw new IllegalArgumentException("max-backoff is below backoff");
    }
    if (batch < 1 || batch > MAX_BATCH) {
      throw new IllegalArgumentException("batch is 1 to " + MAX_BATCH);
    }
    if (attemptsInPlace < 1 || attemptsElsewhere < 0 || maxRequeues < 0 || liveLogBytes < 1) {
      throw new IllegalArgumentException("a count is too small: " + attemptsInPlace);
    }
  }

  public static MachineSettings defaults() {
    return new MachineSettings(
        Duration.ofSeconds(30),
        Duration.ofSeconds(10),
        16,
        Duration.ofMillis(30),
        5,
        2,
        Duration.ofMillis(500),
        Duration.ofSeconds(15),
        5,
        Duration.ofSeconds(10),
        256 * 1024,
        Duration.ofHours(24));
  }

  public MachineSettings withLock(Duration newLock) {
    return new MachineSettings(
        newLock,
        fetchWait,
        batch,
        settle,
        attemptsInPlace,
        attemptsElsewhere,
        backoff,
        maxBackoff,
        maxRequeues,
        closeWait,
        liveLogBytes,
        journalKept);
  }

  private static void positive(String name, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(name + " is not positive");
    }
  }
}
