package dev.errand.provisioner;

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
   * Registries that images may come from, such as docker.io or ghcr.io; absent allows all. Images
   * that are on the engine already belong to the registry that their name says.
   */
  Optional<List<String>> registries();
}
