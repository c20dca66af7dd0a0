package dev.errand.views.streams;

import java.nio.file.Path;
import java.util.Map;

/**
 * What all apps of one process have in common.
 *
 * @param client properties of every Kafka client, such as SASL
 * @param instance this process's stable name, {@code [a-z0-9-]{1,40}}: two living processes of one
 *     installation never share it, and a restarted one has it again
 * @param stateDirectory this process's own; losing it costs a rebuild from the topics, no facts
 * @param replication of the internal topics; 1 on a single broker
 */
public record StreamsSettings(
    String bootstrapServers,
    Map<String, String> client,
    String instance,
    Path stateDirectory,
    short replication) {
  public StreamsSettings {
    client = Map.copyOf(client);
  }
}
