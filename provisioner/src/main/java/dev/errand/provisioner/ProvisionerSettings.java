package dev.errand.provisioner;

import dev.errand.schemas.SettingRange;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** How much a node takes on, and from where its images may come. */
@ConfigMapping(prefix = "errand.provisioner")
public interface ProvisionerSettings {
  /**
   * Attempts that this node holds at once, 1 to 96; absent is decided by its cores and memory. Few
   * make tasks wait, many make them share what there is.
   */
  OptionalInt permits();

  /** Containers created at once, 1 to 96: engines take about two a second whatever is asked. */
  @WithDefault("4")
  int createSlots();

  /** Repositories fetched and checked out at once, 1 to 96. */
  @WithDefault("8")
  int checkoutSlots();

  /** The longest that a checkout within the container may take, 1 s to 6 h. */
  @WithDefault("PT15M")
  Duration checkoutTimeout();

  /** The longest that a setup may take, whatever its environment says, 1 s to 24 h. */
  @WithDefault("PT4H")
  Duration maxSetup();

  /**
   * Bytes of this node's disk that prepared containers may take, 0 to 10 TiB; the least recently
   * used goes first. With 0 nothing is kept and each task has its own setup; a small value prepares
   * the same environment again and again, a large one leaves boxes less room.
   */
  @WithDefault("21474836480")
  long cacheBytes();

  /**
   * Boxes that may wait for the next tasks of environments that are in use, 0 to 96. With 0 each
   * task waits for its box to start; each that waits takes a few MiB of memory and its limit of
   * disk.
   */
  @WithDefault("2")
  int standbys();

  /**
   * How long the container of an attempt that has presented its diff is kept for a follow-up, 0 to
   * 24 h. With 0 each follow-up has a fresh container with the diff applied; a long time takes
   * disk, though never a permit that a run needs.
   */
  @WithDefault("PT30M")
  Duration keep();

  /**
   * Registries that images may come from, such as docker.io or ghcr.io; absent allows all. Images
   * that are on the engine already belong to the registry that their name says.
   */
  Optional<List<String>> registries();

  /**
   * Refuses what is outside the ranges above.
   *
   * @throws IllegalArgumentException naming the setting
   */
  static void require(ProvisionerSettings settings) {
    settings
        .permits()
        .ifPresent(permits -> SettingRange.require("errand.provisioner.permits", permits, 1, 96));
    SettingRange.require("errand.provisioner.create-slots", settings.createSlots(), 1, 96);
    SettingRange.require("errand.provisioner.checkout-slots", settings.checkoutSlots(), 1, 96);
    SettingRange.require(
        "errand.provisioner.checkout-timeout",
        settings.checkoutTimeout(),
        Duration.ofSeconds(1),
        Duration.ofHours(6));
    SettingRange.require("errand.provisioner.standbys", settings.standbys(), 0, 96);
    SettingRange.require(
        "errand.provisioner.keep", settings.keep(), Duration.ZERO, Duration.ofHours(24));
    SettingRange.require("errand.provisioner.cache-bytes", settings.cacheBytes(), 0, 10L << 40);
    SettingRange.require(
        "errand.provisioner.max-setup",
        settings.maxSetup(),
        Duration.ofSeconds(1),
        Duration.ofHours(24));
  }
}
