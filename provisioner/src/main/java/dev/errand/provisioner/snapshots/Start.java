package dev.errand.provisioner.snapshots;

import dev.errand.cache.Snapshot;

/** What a run's box starts from. */
public sealed interface Start {
  /** The image, and nothing is kept: this node keeps no disks. */
  record Uncached() implements Start {}

  /** What was prepared before. */
  record Hit(Snapshot snapshot) implements Start {}

  /**
   * The image; its setup makes the snapshot.
   *
   * @param why none served
   */
  record Build(String why) implements Start {}

  /**
   * What another run is about to prepare.
   *
   * @param builder that run
   */
  record Join(dev.errand.schemas.ids.RunId builder) implements Start {}
}
