package dev.errand.sandbox;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
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

  /** ENGINE_UNAVAILABLE when the host is not a unix socket. */
  public EngineSettings {
    if (!"unix".equals(host.getScheme())) {
      throw unusable(host.toString());
    }
  }

  /**
   * From {@code DOCKER_HOST}, as every Docker tool reads it; ENGINE_UNAVAILABLE when it names no
   * unix socket.
   */
  public static EngineSettings of(Map<String, String> environment) {
    String host = environment.getOrDefault("DOCKER_HOST", "");
    try {
      return new EngineSettings(new URI(host.isBlank() ? DEFAULT_HOST : host), DEFAULT_TIMEOUT);
    } catch (URISyntaxException e) {
      throw unusable(host);
    }
  }

  /** Whether anything listens there; milliseconds, and no word about what it is. */
  public boolean isListening() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(host.getPath()));
    } catch (IOException nobody) {
      return false;
    }
  }

  private static ErrandException unusable(String host) {
    return new ErrandException(
        FailureCode.ENGINE_UNAVAILABLE,
        "DOCKER_HOST is '%s'; it must be unix:///path of a local engine".formatted(host));
  }
}
