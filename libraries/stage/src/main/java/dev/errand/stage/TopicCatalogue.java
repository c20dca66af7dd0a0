package dev.errand.stage;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.NodeName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the topics of {@link Topic}, and refuses those that were made otherwise. */
public final class TopicCatalogue {
  private static final Logger LOG = LoggerFactory.getLogger(TopicCatalogue.class);
  private static final long PATIENCE_SECONDS = 60;

  private TopicCatalogue() {}

  /**
   * Creates what is missing and checks the rest: the partition count of all, which must be the same
   * for facts with the same key to meet, and what decides how long facts stay.
   *
   * @throws ErrandException BROKER_UNAVAILABLE when the broker does not answer within 60 s, or a
   *     topic was made with other settings; the message says what to change
   */
  public static void ensure(
      KafkaConnection connection, NodeName node, int partitions, short replication) {
    try (Admin admin = Admin.create(connection.with(Map.of()))) {
      Set<String> present = admin.listTopics().names().get(PATIENCE_SECONDS, SECONDS);
      List<NewTopic> missing = new ArrayList<>();
      List<String> old = new ArrayList<>();
      for (Topic topic : Topic.values()) {
        String name = topic.on(node);
        if (present.contains(name)) {
          old.add(name);
        } else {
          missing.add(new NewTopic(name, partitions, replication).configs(configuration(topic)));
        }
      }
      check(admin, old, node, partitions);
      create(admin, missing);
    } catch (ExecutionException | TimeoutException e) {
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE, "the topics cannot be checked: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE, "interrupted while the topics were checked", e);
    }
  }

  private static Map<String, String> configuration(Topic topic) {
    Map<String, String> configuration = new HashMap<>();
    configuration.put("max.message.bytes", Integer.toString(FactWriter.MAX_RECORD_BYTES));
    if (topic.keep() == Topic.Keep.NEWEST) {
      configuration.put("cleanup.policy", "compact");
    } else {
      configuration.put("cleanup.policy", "delete");
      configuration.put("retention.ms", Long.toString(topic.keep().retention().toMillis()));
    }
    return configuration;
  }

  private static void create(Admin admin, List<NewTopic> missing)
      throws InterruptedException, ExecutionException, TimeoutException {
    for (var creation : admin.createTopics(missing).values().entrySet()) {
      try {
        creation.getValue().get(PATIENCE_SECONDS, SECONDS);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) { // another process was first
          throw e;
        }
      }
    }
    if (!missing.isEmpty()) {
      LOG.info("Made {} topics", missing.size());
    }
  }

  private static void check(Admin admin, List<String> names, NodeName node, int partitions)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (names.isEmpty()) {
      return;
    }
    List<String> wrong = new ArrayList<>();
    Map<String, TopicDescription> described =
        admin.describeTopics(names).allTopicNames().get(PATIENCE_SECONDS, SECONDS);
    described.forEach(
        (name, topic) -> {
          if (topic.partitions().size() != partitions) {
            wrong.add(
                "%s has %d partitions, not %d"
                    .formatted(name, topic.partitions().size(), partitions));
          }
        });
    List<ConfigResource> resources =
        names.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
    Map<ConfigResource, Config> configured =
        admin.describeConfigs(resources).all().get(PATIENCE_SECONDS, SECONDS);
    for (Topic topic : Topic.values()) {
      String name = topic.on(node);
      Config actual = configured.get(new ConfigResource(ConfigResource.Type.TOPIC, name));
      if (actual != null) {
        wrong.addAll(differences(name, configuration(topic), actual));
      }
    }
    if (!wrong.isEmpty()) {
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE,
          "topics were made with other settings: "
              + String.join("; ", wrong)
              + ". Set them back with kafka-configs, or start with these numbers, or on an empty"
              + " folder");
    }
  }

  private static List<String> differences(String name, Map<String, String> wanted, Config actual) {
    return wanted.entrySet().stream()
        .filter(
            setting -> !Objects.equals(actual.get(setting.getKey()).value(), setting.getValue()))
        .map(
            setting ->
                "%s has %s=%s, not %s"
                    .formatted(
                        name,
                        setting.getKey(),
                        actual.get(setting.getKey()).value(),
                        setting.getValue()))
        .toList();
  }
}
