package dev.errand.standalone;

import dev.errand.sandbox.BoxesSettings.Isolation.Rule;
import dev.errand.schemas.SettingRange;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What this process is made of and where it finds the others. */
@ConfigMapping(prefix = "errand.server")
public interface ServerSettings {
  int DEFAULT_HTTP_PORT = 8080;
  int DEFAULT_KAFKA_PORT = 9092;
  int DEFAULT_CONTROLLER_PORT = 9093;
  long DEFAULT_DISK_RESERVE_BYTES = 1L << 30;
  int MAX_PORT = 65_535;

  /**
   * The data folder: absolute, short, identical for all services of a node. One installation per
   * folder.
   */
  @WithDefault("${ERRAND_DATA:${user.home}/.errand}")
  Path data();

  /** This node's name, 1 to 40 of a-z, 0-9 and dashes; part of its topics' names, so it stays. */
  @WithDefault("local")
  String node();

  /**
   * What runs in this process: broker, ingest, provisioner, agent-runner, diff-collector. All of
   * them make the standalone; each may run alone beside a broker.
   */
  @WithDefault("broker,ingest,provisioner,agent-runner,diff-collector")
  List<Service> services();

  /**
   * Bytes on the data folder's disk that are kept free for facts. With less, no task is taken; with
   * less than half, logs, patches and mirrors wait for room; with less than an eighth, the server
   * does not start. 0 lets the disk run full, which ends the broker; more than the disk has refuses
   * every task.
   */
  @WithDefault("1073741824")
  long diskReserveBytes();

  /** Ends the process as soon as it is ready: how the build trains the start-up cache. */
  @WithDefault("false")
  boolean training();

  /**
   * How long a node may say nothing before its runs begin anew elsewhere or fail, 20 s to 1 d; each
   * of its services speaks every 5 s. Short loses runs to a pause, long lets users wait for a node
   * that has died.
   */
  @WithDefault("60s")
  Duration nodeSilence();

  /**
   * For this project's own tests: has the process stand still at each point of its stages for which
   * a file lies in the folder server/hold of the data folder, so that it can be killed there.
   */
  @WithDefault("false")
  boolean holdPoints();

  Boxes boxes();

  Kafka kafka();

  /** How this node's boxes are kept apart. */
  interface Boxes {
    /**
     * The most processes and threads of one box, 64 to 32768. Few stop parallel builds, many give a
     * fork bomb more of the machine.
     */
    @WithDefault("2048")
    int pids();

    /**
     * The engine's runtime for boxes, such as runsc or kata. Empty: the engine's default. Runtimes
     * with a kernel of their own cannot lay a disk under a box: see without.
     */
    Optional<String> runtime();

    /**
     * Rules that this node does without, of disk (limits.disk holds) and seccomp (only listed
     * system calls): for an engine that cannot hold one. Without a rule, boxes can do what it
     * forbids.
     */
    Optional<Set<Rule>> without();

    /**
     * Whether each box has users of its own: optional takes what the engine gives, required refuses
     * boxes on an engine without user namespaces (dockerd --userns-remap).
     */
    @WithDefault("optional")
    Demand userNamespace();
  }

  /** Where the log of facts lies. */
  interface Kafka {
    /**
     * The brokers, as {@code host:port,...}. Empty: the embedded one of this installation, in this
     * process or in another one on the same data folder.
     */
    Optional<String> bootstrapServers();

    /** Client properties for a cluster of yours (security.protocol, sasl.*); secret. */
    Map<String, String> properties();

    /**
     * Where the embedded broker listens: a name or address of its machine by which the other
     * services reach it. Only the loopback address keeps other machines from trying the password.
     */
    @WithDefault("127.0.0.1")
    String host();

    /** The embedded broker's port, 1 to 65535. */
    @WithDefault("9092")
    int port();

    /** The embedded broker's controller's port on the loopback address, 1 to 65535. */
    @WithDefault("9093")
    int controllerPort();

    /**
     * How long a process waits at its start for a broker that does not answer, 1 s to 1 day: less
     * needs services to be started in order, more hides a wrong address for longer.
     */
    @WithDefault("PT5M")
    Duration patience();

    /**
     * Partitions of every topic, 1 to 100, fixed at the first start. More let more instances share
     * the folds; each costs memory and start-up time.
     */
    @WithDefault("4")
    int partitions();

    /** Copies of every topic, 1 to 5; 1 is all that one broker can give, 3 survives a broker. */
    @WithDefault("1")
    short replication();
  }

  /** Whether boxes may be made without what an engine may give. */
  enum Demand {
    OPTIONAL,
    REQUIRED
  }

  /** A part of Errand that can have a process of its own. */
  enum Service {
    BROKER,
    INGEST,
    PROVISIONER,
    AGENT_RUNNER,
    DIFF_COLLECTOR
  }

  /**
   * Refuses what is outside the ranges above.
   *
   * @throws IllegalArgumentException naming the setting
   */
  static void require(ServerSettings settings) {
    if (!settings.node().matches("[a-z0-9-]{1,40}")) {
      throw new IllegalArgumentException(
          "errand.server.node is 1 to 40 of a-z, 0-9 and dashes, not '%s'"
              .formatted(settings.node()));
    }
    SettingRange.require(
        "errand.server.disk-reserve-bytes", settings.diskReserveBytes(), 0, Long.MAX_VALUE);
    SettingRange.require(
        "errand.server.node-silence",
        settings.nodeSilence(),
        Duration.ofSeconds(20),
        Duration.ofDays(1));
    SettingRange.require("errand.server.boxes.pids", settings.boxes().pids(), 64, 32_768);
    settings
        .boxes()
        .runtime()
        .filter(runtime -> !runtime.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}"))
        .ifPresent(
            runtime -> {
              throw new IllegalArgumentException(
                  "errand.server.boxes.runtime: '%s' is no runtime's name".formatted(runtime));
            });
    if (!settings.kafka().host().matches("[A-Za-z0-9][A-Za-z0-9.-]{0,252}")) {
      throw new IllegalArgumentException(
          "errand.server.kafka.host: '%s' is no name or IPv4 address"
              .formatted(settings.kafka().host()));
    }
    SettingRange.require("errand.server.kafka.port", settings.kafka().port(), 0, MAX_PORT);
    SettingRange.require(
        "errand.server.kafka.controller-port", settings.kafka().controllerPort(), 0, MAX_PORT);
    if (settings.kafka().port() != 0
        && settings.kafka().port() == settings.kafka().controllerPort()) {
      throw new IllegalArgumentException(
          "errand.server.kafka.port and errand.server.kafka.controller-port are both "
              + settings.kafka().port());
    }
    SettingRange.require(
        "errand.server.kafka.patience",
        settings.kafka().patience(),
        Duration.ofSeconds(1),
        Duration.ofDays(1));
    SettingRange.require("errand.server.kafka.partitions", settings.kafka().partitions(), 1, 100);
    SettingRange.require("errand.server.kafka.replication", settings.kafka().replication(), 1, 5);
  }
}
