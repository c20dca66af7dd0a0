package dev.errand.stage;

import java.util.HashMap;
import java.util.Map;

/**
 * How to reach the brokers.
 *
 * @param bootstrapServers {@code host:port}, with commas between several
 * @param properties what every client needs beside that: security, never a client's own tuning
 */
public record KafkaConnection(String bootstrapServers, Map<String, String> properties) {
  public KafkaConnection {
    properties = Map.copyOf(properties);
  }

  /** The settings of a client that has these of its own. */
  public Map<String, Object> with(Map<String, Object> own) {
    Map<String, Object> all = new HashMap<>(properties);
    all.put("bootstrap.servers", bootstrapServers);
    all.putAll(own);
    return all;
  }

  /** Addresses only: properties hold the password. */
  @Override
  public String toString() {
    return bootstrapServers;
  }
}
