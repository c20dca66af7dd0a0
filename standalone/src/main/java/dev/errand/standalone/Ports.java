package dev.errand.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.Config;

/** The ports that a server of these settings takes on the loopback address; 0 is any. */
record Ports(int http, int kafka, int controller) {
  private static final String HTTP = "quarkus.http.port";
  private static final String KAFKA = "errand.server.kafka.port";
  private static final String CONTROLLER = "errand.server.kafka.controller-port";

  static Ports of(Config config) {
    return new Ports(
        config.getOptionalValue(HTTP, Integer.class).orElse(ServerSettings.DEFAULT_HTTP_PORT),
        config.getOptionalValue(KAFKA, Integer.class).orElse(ServerSettings.DEFAULT_KAFKA_PORT),
        config
            .getOptionalValue(CONTROLLER, Integer.class)
            .orElse(ServerSettings.DEFAULT_CONTROLLER_PORT));
  }

  /** Whether each is free now. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(finding("http port", http, HTTP));
    findings.add(finding("kafka port", kafka, KAFKA));
    findings.add(finding("kafka port", controller, CONTROLLER));
    return findings;
  }

  private static Finding finding(String check, int port, String setting) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return Finding.well(check, port + " is free");
    } catch (IOException e) {
      return Finding.missing(check, port + " is in use", remedy(port, setting));
    }
  }

  /** What a server says whose pages and API cannot be where they are to be. */
  static String httpTaken(int port) {
    return "The http port %d is in use. Perhaps you should %s.".formatted(port, remedy(port, HTTP));
  }

  private static String remedy(int port, String setting) {
    return "end what listens there (ss -ltnp 'sport = :%d'), or set %s in errand.yaml in the data folder"
        .formatted(port, setting);
  }
}
