package dev.errand.cache;

import dev.errand.schemas.SnapshotChange;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Fingerprint;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import java.time.Duration;
import java.time.Instant;

/**
 * A prepared container, frozen on one node, as the log knows it.
 *
 * @param box the frozen one, which is the snapshot's id on its node
 * @param made who has prepared it, of what, and why
 * @param usedAt when a run has last started from it; its creation when none has
 * @param uses how many runs have, with the one that prepared it
 * @param hits how many of them had it prepared by another run
 * @param reason why it must not be used any more; empty when nobody has said so
 * @param changedAt when what is known of it was last changed
 */
public record Snapshot(
    NodeName node,
    BoxId box,
    EnvironmentId environment,
    Fingerprint fingerprint,
    SnapshotChange.Created made,
    Instant createdAt,
    Instant usedAt,
    int uses,
    int hits,
    String reason,
    Instant changedAt) {
  /** From its creation: dependencies that setup has fetched grow old. */
  public static final Duration LIFE = Duration.ofHours(12);

  /** Why one that is old serves no more, also before a fact says so. */
  public static final String EXPIRED = "it was older than 12 hours";

  public Ingredients ingredients() {
    return Ingredients.of(made.ingredients());
  }

  /** What it takes on the node's disk. */
  public long bytes() {
    return made.bytes();
  }

  /** Whether a run may start from it: nobody has said otherwise, and it is not too old. */
  public boolean isValid(Instant now) {
    return reason.isEmpty() && !isOld(now);
  }

  /** Whether its time is over, whether or not a fact says so. */
  public boolean isOld(Instant now) {
    return !now.isBefore(createdAt.plus(LIFE));
  }

  Snapshot usedBy(RunId run, Instant at) {
    return new Snapshot(
        node,
        box,
        environment,
        fingerprint,
        made,
        createdAt,
        at.isAfter(usedAt) ? at : usedAt,
        uses + 1,
        run.equals(made.by()) ? hits : hits + 1,
        reason,
        changedAt);
  }

  /** The first reason stays. */
  Snapshot overBy(String why, Instant at) {
    return reason.isEmpty()
        ? new Snapshot(
            node, box, environment, fingerprint, made, createdAt, usedAt, uses, hits, why, at)
        : this;
  }
}
