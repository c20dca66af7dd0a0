package dev.errand.broker;

import java.util.Properties;

/** What Kafka is told: one small node that starts fast and idles cheaply. */
final class BrokerProperties {
  /** Who talks to the controller is the broker of the same process. */
  static final String CONTROLLER_HOST = BrokerSettings.LOOPBACK;

  static final int NODE_ID = 1;
  static final String CONTROLLER_LISTENER = "CONTROLLER";
  private static final String CLIENT_LISTENER = "CLIENT";

  /** Enough to spread a few coordinators; Kafka's 50 cost seconds at the first start. */
  private static final String INTERNAL_PARTITIONS = "4";

  private BrokerProperties() {}

  static Properties of(BrokerSettings settings, int port, int controllerPort, String login) {
    Properties properties = new Properties();
    identity(properties, settings, port, controllerPort);
    security(properties, login);
    oneCopy(properties);
    small(properties);
    groups(properties);
    properties.putAll(settings.overrides());
    return properties;
  }

  private static void identity(Properties properties, BrokerSettings settings, int port, int own) {
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", Integer.toString(NODE_ID));
    properties.put("controller.quorum.voters", NODE_ID + "@" + CONTROLLER_HOST + ":" + own);
    properties.put("controller.listener.names", CONTROLLER_LISTENER);
    properties.put("inter.broker.listener.name", CLIENT_LISTENER);
    properties.put(
        "listeners",
        "%s://%s:%d,%s://%s:%d"
            .formatted(
                CLIENT_LISTENER, settings.host(), port, CONTROLLER_LISTENER, CONTROLLER_HOST, own));
    properties.put("log.dirs", settings.directory().toString());
    properties.put("auto.create.topics.enable", "false");
  }

  /** Both listeners ask for the password: the controller's could delete everything as well. */
  private static void security(Properties properties, String login) {
    properties.put(
        "listener.security.protocol.map",
        CLIENT_LISTENER + ":SASL_PLAINTEXT," + CONTROLLER_LISTENER + ":SASL_PLAINTEXT");
    properties.put("sasl.enabled.mechanisms", "PLAIN");
    properties.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
    properties.put("sasl.mechanism.controller.protocol", "PLAIN");
    for (String listener : new String[] {"client", "controller"}) {
      properties.put("listener.name." + listener + ".plain.sasl.jaas.config", login);
    }
  }

  private static void oneCopy(Properties properties) {
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("transaction.state.log.replication.factor", "1");
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("share.coordinator.state.topic.replication.factor", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
  }

  private static void small(Properties properties) {
    properties.put("offsets.topic.num.partitions", INTERNAL_PARTITIONS);
    properties.put("transaction.state.log.num.partitions", INTERNAL_PARTITIONS);
    properties.put("share.coordinator.state.topic.num.partitions", INTERNAL_PARTITIONS);
    properties.put("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20)); // default 128 MiB
    properties.put("log.segment.bytes", Integer.toString(64 << 20));
    properties.put("log.index.size.max.bytes", Integer.toString(1 << 20));
    properties.put("num.network.threads", "2");
    properties.put("num.io.threads", "4");
    properties.put("num.replica.fetchers", "1");
    properties.put("background.threads", "2");
    properties.put("group.coordinator.threads", "1");
    properties.put("group.coordinator.background.threads", "1");
    // After a kill, a start waits until the controller believes that the old process is dead.
    properties.put("broker.session.timeout.ms", "3000");
    properties.put("broker.heartbeat.interval.ms", "1000");
  }

  /**
   * Groups that are alone on a node gain nothing from waiting for company: a second member of a
   * share group gets its partitions in 0.1 s instead of 5 s.
   */
  private static void groups(Properties properties) {
    properties.put("group.initial.rebalance.delay.ms", "0");
    properties.put("group.share.min.heartbeat.interval.ms", "500");
    properties.put("group.share.heartbeat.interval.ms", "500");
    properties.put("group.share.assignment.interval.ms", "0");
    properties.put("group.share.assignors", EveryPartitionAssignor.class.getName());
    properties.put("group.share.max.delivery.count.limit", "10");
    properties.put("group.share.delivery.count.limit", "10");
  }
}
