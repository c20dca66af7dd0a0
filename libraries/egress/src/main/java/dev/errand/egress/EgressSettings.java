package dev.errand.egress;

import dev.errand.schemas.SettingRange;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The proxy's limits. */
@ConfigMapping(prefix = "errand.egress")
public interface EgressSettings {
  /**
   * Connections that one phase may have open, 1 to 10,000. Package managers open some tens; a low
   * value makes them wait or fail, a high one lets one box use up {@link #maxConnections}.
   */
  @WithDefault("256")
  int maxConnectionsPerPhase();

  /**
   * Connections of all phases together, 1 to 100,000; each takes two file descriptors and at most
   * 128 KiB.
   */
  @WithDefault("2000")
  int maxConnections();

  /** How long a connection may carry nothing, 1 s to 24 h, before it is closed. */
  @WithDefault("PT10M")
  Duration idleTimeout();

  /** How long a client may take for a request's head, 1 s to 10 min. */
  @WithDefault("PT30S")
  Duration headTimeout();

  /** How long one address may take to answer, 1 s to 5 min. */
  @WithDefault("PT10S")
  Duration connectTimeout();

  /**
   * Refuses what is outside the ranges above.
   *
   * @throws IllegalArgumentException naming the setting
   */
  static void require(EgressSettings settings) {
    SettingRange.require(
        "errand.egress.max-connections-per-phase", settings.maxConnectionsPerPhase(), 1, 10_000);
    SettingRange.require("errand.egress.max-connections", settings.maxConnections(), 1, 100_000);
    SettingRange.require(
        "errand.egress.idle-timeout",
        settings.idleTimeout(),
        Duration.ofSeconds(1),
        Duration.ofHours(24));
    SettingRange.require(
        "errand.egress.head-timeout",
        settings.headTimeout(),
        Duration.ofSeconds(1),
        Duration.ofMinutes(10));
    SettingRange.require(
        "errand.egress.connect-timeout",
        settings.connectTimeout(),
        Duration.ofSeconds(1),
        Duration.ofMinutes(5));
  }
}
