package dev.errand.broker;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where a broker lives and listens.
 *
 * @param directory the log directory, made when missing; nothing else may lie in it, as Kafka takes
 *     every folder in it for a partition
 * @param host where clients connect: 127.0.0.1, or a name of this machine that they resolve too; it
 *     listens on the address of that name and on no other
 * @param port where clients connect; 0 is any free one
 * @param controllerPort where the broker talks to its own controller on 127.0.0.1; 0 is any free
 *     one
 * @param credentialFile a client's .properties file with the password in it: made at the first
 *     start, readable by its owner only, and good for every Kafka tool's {@code --command-config}
 * @param overrides settings of Kafka that replace ours
 */
public record BrokerSettings(
    Path directory,
    String host,
    int port,
    int controllerPort,
    Path credentialFile,
    Map<String, String> overrides) {
  private static final int MAX_PORT = 65_535;
  static final String LOOPBACK = "127.0.0.1";

  /**
   * @throws IllegalArgumentException when a port is out of range, both are the same, or the host
   *     cannot stand in an address
   */
  public BrokerSettings {
    directory = directory.toAbsolutePath();
    credentialFile = credentialFile.toAbsolutePath();
    overrides = Map.copyOf(overrides);
    if (port < 0 || port > MAX_PORT || controllerPort < 0 || controllerPort > MAX_PORT) {
      throw new IllegalArgumentException("ports are 0 to " + MAX_PORT);
    }
    if (port != 0 && port == controllerPort) {
      throw new IllegalArgumentException("port and controller port are both " + port);
    }
    if (!host.matches("[A-Za-z0-9][A-Za-z0-9.-]{0,252}")) {
      throw new IllegalArgumentException("'%s' is no name or IPv4 address".formatted(host));
    }
    if (credentialFile.startsWith(directory)) {
      throw new IllegalArgumentException("the credential file may not lie in " + directory);
    }
  }

  public BrokerSettings(Path directory, int port, int controllerPort, Path credentialFile) {
    this(directory, LOOPBACK, port, controllerPort, credentialFile, Map.of());
  }

  /** With clients on other machines, or in other containers. */
  public BrokerSettings on(String newHost) {
    return new BrokerSettings(directory, newHost, port, controllerPort, credentialFile, overrides);
  }

  /** On loopback with any free ports, and all of it below one folder: for tests. */
  public static BrokerSettings below(Path folder) {
    return new BrokerSettings(
        folder.resolve("kafka"), 0, 0, folder.resolve("kafka-client.properties"));
  }

  public BrokerSettings with(Map<String, String> newOverrides) {
    return new BrokerSettings(directory, host, port, controllerPort, credentialFile, newOverrides);
  }
}
