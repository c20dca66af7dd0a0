package dev.errand.diffcollector;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What can be set about the diff. */
@ConfigMapping(prefix = "errand.diff-collector")
public interface DiffCollectorSettings {
  /** Diffs made at once on this node, 1 to 96. More use more cores; fewer make attempts wait. */
  @WithDefault("4")
  int slots();

  /**
   * The largest patch in bytes, 1 KiB to 1 GiB. A larger one fails with DIFF_TOO_LARGE; patches are
   * kept for ever, so a high limit fills the disk.
   */
  @WithDefault("67108864")
  long maxPatchBytes();

  /** How long git may take, 1 s to 1 h. It hashes the whole working tree. */
  @WithDefault("PT5M")
  Duration timeout();
}
