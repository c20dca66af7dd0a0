package dev.errand.ingest.snapshots;

import dev.errand.cache.Snapshot;
import java.time.Instant;
import java.util.Map;

/**
 * A snapshot as the API shows it; times are ISO 8601 in UTC.
 *
 * @param id the frozen box, one of its node's
 * @param valid whether a run may start from it now
 * @param reason why none may any more; empty when one may
 */
public record SnapshotJson(
    String node,
    String id,
    String environment,
    String fingerprint,
    Map<String, String> ingredients,
    String head,
    long bytes,
    String createdAt,
    String expiresAt,
    String usedAt,
    int uses,
    boolean valid,
    String reason,
    String changedAt) {
  /** The words of the cache itself, which says so only when it has looked. */
  private static final String EXPIRED = "it was older than 12 hours";

  /**
   * @param now by the server's clock
   */
  public static SnapshotJson of(Snapshot snapshot, Instant now) {
    return new SnapshotJson(
        snapshot.node().value(),
        snapshot.box().value(),
        snapshot.environment().value(),
        snapshot.fingerprint().value(),
        snapshot.ingredients().parts(),
        snapshot.head().value(),
        snapshot.bytes(),
        snapshot.createdAt().toString(),
        snapshot.createdAt().plus(Snapshot.LIFE).toString(),
        snapshot.usedAt().toString(),
        snapshot.uses(),
        snapshot.isValid(now),
        snapshot.reason().isEmpty() && snapshot.isOld(now) ? EXPIRED : snapshot.reason(),
        snapshot.changedAt().toString());
  }
}
