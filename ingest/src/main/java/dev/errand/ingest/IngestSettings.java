package dev.errand.ingest;

import dev.errand.schemas.SettingRange;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** The front door's settings. */
@ConfigMapping(prefix = "errand.ingest")
public interface IngestSettings {
  /**
   * Names by which this server may be called beside localhost, without port. A request that names
   * another host is refused, so that no foreign web page can reach a server on a loopback address
   * by a name of its own.
   */
  Optional<List<String>> hosts();

  /** Where users reach this server, such as https://errand.example.org; else as each one calls. */
  Optional<URI> publicUrl();

  /**
   * Readers and followers of logs and events at once, 1 to 1,000: few make watchers wait for each
   * other, many cost memory, as each reader of a log is a consumer of the broker, about 1 MiB.
   */
  @WithDefault("100")
  int maxFollowers();

  /**
   * Refuses what is outside the ranges above.
   *
   * @throws IllegalArgumentException naming the setting
   */
  static void require(IngestSettings settings) {
    SettingRange.require("errand.ingest.max-followers", settings.maxFollowers(), 1, 1_000);
    for (String host : settings.hosts().orElse(List.of())) {
      if (!host.matches("[A-Za-z0-9._:-]+")) {
        throw new IllegalArgumentException("errand.ingest.hosts: '%s' is no host".formatted(host));
      }
    }
    if (settings.publicUrl().isPresent() && settings.publicUrl().get().getHost() == null) {
      throw new IllegalArgumentException(
          "errand.ingest.public-url: '%s' names no host, as https://errand.example.org does"
              .formatted(settings.publicUrl().get()));
    }
  }
}
