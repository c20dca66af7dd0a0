package dev.errand.views.streams;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes this process's earlier member out of a group. Left in, a dynamic member holds up the group
 * until its session expires, and a static one gets its old assignment back as it was: topics that
 * were made meanwhile, such as a new node's, would not be read.
 */
final class EarlierLife {
  private static final Logger LOG = LoggerFactory.getLogger(EarlierLife.class);

  /** A broker that is slower than this is waited for elsewhere. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private EarlierLife() {}

  /** Best effort: without it the start only takes as long as a session. */
  static void forget(String group, StreamsSettings settings) {
    Map<String, Object> properties = new HashMap<>(settings.client());
    properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    // Also what closing the client waits for.
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
    try (Admin admin = Admin.create(properties)) {
      // Streams numbers its threads from 1 and appends the number to the name.
      admin
          .removeMembersFromConsumerGroup(
              group,
              new RemoveMembersFromConsumerGroupOptions(
                  Set.of(new MemberToRemove(settings.instance() + "-1"))))
          .all()
          .get();
    } catch (ExecutionException e) {
      LOG.debug("{}: there is no earlier member", group, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
