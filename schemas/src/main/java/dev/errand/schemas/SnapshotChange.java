package dev.errand.schemas;

import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RunId;
import java.util.Map;

/** What has happened to a snapshot. */
public sealed interface SnapshotChange {
  /**
   * It exists: boxes can start from it.
   *
   * @param ingredients the name of each part of the fingerprint, and a short hexadecimal digest of
   *     it: two snapshots' tell why their fingerprints differ
   * @param head the commit that was checked out when the setup ran
   * @param bytes what it takes on the node's disk
   * @param by the run whose setup it was
   */
  record Created(Map<String, String> ingredients, CommitSha head, long bytes, RunId by)
      implements SnapshotChange {
    public Created {
      ingredients = Map.copyOf(ingredients);
    }
  }

  /** A run's box has started from it. */
  record Used(RunId by) implements SnapshotChange {}

  /** It must not be used any more, although it is not old. */
  record Invalidated(String reason) implements SnapshotChange {}

  /** It is 12 hours old, and must not be used any more. */
  record Expired() implements SnapshotChange {}

  /** A newer writer's change; ignored. */
  record Unknown() implements SnapshotChange {}
}
