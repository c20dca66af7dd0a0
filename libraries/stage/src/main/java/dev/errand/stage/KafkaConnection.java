package dev.errand.stage;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

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

  /**
   * Why the brokers do not answer within the time; empty when they do. A wrong password is such a
   * reason.
   */
  public Optional<String> silence(Duration patience) throws InterruptedException {
    int millis = Math.toIntExact(patience.toMillis());
    Map<String, Object> own =
        Map.of(
            "request.timeout.ms", millis,
            "default.api.timeout.ms", millis,
            "reconnect.backoff.ms", millis, // one try, so one line in the log
            "reconnect.backoff.max.ms", millis);
    try (Admin admin = Admin.create(with(own))) {
      admin.describeCluster().nodes().get();
      return Optional.empty();
    } catch (ExecutionException | KafkaException e) { // the latter for a name that nobody knows
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return Optional.of(String.valueOf(cause.getMessage()));
    }
  }

  /** Addresses only: properties hold the password. */
  @Override
  public String toString() {
    return bootstrapServers;
  }
}
