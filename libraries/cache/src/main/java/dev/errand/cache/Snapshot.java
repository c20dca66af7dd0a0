package dev.errand.cache;

import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Fingerprint;
import dev.errand.schemas.ids.NodeName;
import java.time.Duration;
import java.time.Instant;

/**
 * A prepared container, frozen on one node, as the log knows it.
 *
 * @param box the frozen one, which is the snapshot's id on its node
 * @param head the commit whose setup made it
 * @param bytes what it takes on the node's disk
 * @param usedAt when a run has last started from it; its creation when none has
 * @param uses how many runs have
 * @param reason why it must not be used any more; empty when nobody has said so
 * @param changedAt when what is known of it was last changed
 */
public record Snapshot(
    NodeName node,
    BoxId box,
    EnvironmentId environment,
    Fingerprint fingerprint,
    Ingredients ingredients,
    CommitSha head,
    long bytes,
    Instant createdAt,
    Instant usedAt,
    int uses,
    String reason,
    Instant changedAt) {
  /** From its creation: dependencies that setup has fetched grow old. */
  public static final Duration LIFE = Duration.ofHours(12);

  static final String EXPIRED = "it was older than 12 hours";

  /** Whether a run may start from it: nobody has said otherwise, and it is not too old. */
  public boolean isValid(Instant now) {
    return reason.isEmpty() && !isOld(now);
  }

  /** Whether its time is over, whether or not a fact says so. */
  public boolean isOld(Instant now) {
    return !now.isBefore(createdAt.plus(LIFE));
  }

  Snapshot usedBy(Instant at) {
    return new Snapshot(
        node,
        box,
        environment,
        fingerprint,
        ingredients,
        head,
        bytes,
        createdAt,
        at.isAfter(usedAt) ? at : usedAt,
        uses + 1,
        reason,
        changedAt);
  }

  /** The first reason stays. */
  Snapshot overBy(String why, Instant at) {
    return reason.isEmpty()
        ? new Snapshot(
            node,
            box,
            environment,
            fingerprint,
            ingredients,
            head,
            bytes,
            createdAt,
            usedAt,
            uses,
            why,
            at)
        : this;
  }
}
