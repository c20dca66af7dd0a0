package dev.errand.diffcollector;

import dev.errand.schemas.SettingRange;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What can be set about the diff collector. */
@ConfigMapping(prefix = "errand.diff-collector")
public interface DiffCollectorSettings {
  /**
   * The largest patch in bytes, 1 KiB to 1 GiB. A small one refuses generated files early; a large
   * one takes that much disk in the box, in the journal and in the artifact store.
   */
  @WithDefault("52428800")
  long maxPatchBytes();

  /** How many files a patch may touch, 1 to 1,000,000. */
  @WithDefault("20000")
  int maxFiles();

  /**
   * How long git may take in the box, 1 s to 1 h. Reading a work tree takes about 1 s per 10,000
   * files; a short limit fails large ones, a long one lets a hostile tree hold a slot.
   */
  @WithDefault("PT5M")
  Duration timeout();

  /** How many diffs one node makes at once, 1 to 96; each is git at work on one core. */
  @WithDefault("4")
  int slots();

  /**
   * Refuses what is outside the ranges above.
   *
   * @throws IllegalArgumentException naming the setting
   */
  static void require(DiffCollectorSettings settings) {
    SettingRange.require(
        "errand.diff-collector.max-patch-bytes", settings.maxPatchBytes(), 1 << 10, 1 << 30);
    SettingRange.require("errand.diff-collector.max-files", settings.maxFiles(), 1, 1_000_000);
    SettingRange.require(
        "errand.diff-collector.timeout",
        settings.timeout(),
        Duration.ofSeconds(1),
        Duration.ofHours(1));
    SettingRange.require("errand.diff-collector.slots", settings.slots(), 1, 96);
  }
}
