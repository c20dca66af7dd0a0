package dev.errand.sandbox;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * Where the engine is.
 *
 * @param host {@code unix:///path}; the box's sockets lie on the same machine, so nothing else
 * @param timeout the longest that one call waits for an answer; a commit of a large container is
 *     the slowest
 */
public record EngineSettings(URI host, Duration timeout) {
  private static final String DEFAULT_HOST = "unix:///var/run/docker.sock";
  private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

  /**
   * @throws IllegalArgumentException when the host is not a unix socket
   */
  public EngineSettings {
    if (!"unix".equals(host.getScheme())) {
      throw new IllegalArgumentException(
          "DOCKER_HOST is %s; it must be unix:///path of a local engine".formatted(host));
    }
  }

  /** From {@code DOCKER_HOST}, as every Docker tool reads it. */
  public static EngineSettings of(Map<String, String> environment) {
    String host = environment.getOrDefault("DOCKER_HOST", "");
    return new EngineSettings(URI.create(host.isBlank() ? DEFAULT_HOST : host), DEFAULT_TIMEOUT);
  }
}
