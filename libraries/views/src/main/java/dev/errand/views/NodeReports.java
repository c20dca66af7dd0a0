package dev.errand.views;

import dev.errand.schemas.Event;
import dev.errand.schemas.Event.NodeReported;
import dev.errand.schemas.Failure;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last word of every service of every node, as a global store: in memory, all nodes on every
 * instance, read to its end before the app runs.
 */
public final class NodeReports {
  /** The store's name in every topology that adds it. */
  public static final String STORE = "nodes";

  /**
   * The name of the service that speaks only to be heard by its own deciders. It holds no attempt:
   * its words say nothing of whether its node does.
   */
  public static final String FRONT_DOOR = "ingest";

  private static final Logger LOG = LoggerFactory.getLogger(NodeReports.class);

  /**
   * Older heartbeats are passed over unread: a start would else read a day of them, 17,280 for each
   * service, to learn what the newest one says.
   */
  private static final Duration MAX_AGE = Duration.ofHours(1);

  private NodeReports() {}

  /** Adds the store and what fills it. */
  public static void addTo(Topology topology, Wire wire) {
    topology.addGlobalStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray())
            .withLoggingDisabled(),
        "read-nodes",
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        Topic.NODES.pattern(),
        "keep-nodes",
        () -> new Keep(wire));
  }

  private static final class Keep extends ContextualProcessor<byte[], byte[], Void, Void> {
    private final Wire wire;

    Keep(Wire wire) {
      this.wire = wire;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      long now = context().currentSystemTimeMs();
      long age = now - record.timestamp();
      if (record.value() == null || age > MAX_AGE.toMillis()) {
        return;
      }
      try {
        if (wire.decode(Topic.NODES, record.value()) instanceof Event.NodeReported report) {
          KeyValueStore<String, byte[]> store = context().getStateStore(STORE);
          store.put(
              key(report.node(), report.service()),
              ByteBuffer.allocate(2 * Long.BYTES + record.value().length)
                  .putLong(now)
                  .putLong(record.timestamp())
                  .put(record.value())
                  .array());
        }
      } catch (UnreadableFactException e) {
        // The next one comes in 5 s; a newer writer's is understood once its schema is learned.
        LOG.warn("a heartbeat is passed over: {}", e.getMessage());
      }
    }
  }

  private static String key(NodeName node, String service) {
    return node.value() + "/" + service;
  }

  /**
   * When the last of the service's words came through, by this process's clock; null when none has.
   */
  public static @Nullable Instant heard(
      ReadOnlyKeyValueStore<String, byte[]> store, NodeName node, String service) {
    byte[] stored = store.get(key(node, service));
    return stored == null ? null : Instant.ofEpochMilli(ByteBuffer.wrap(stored).getLong());
  }

  /** What every node last said of its work, by name. */
  public static List<NodeView> read(ReadOnlyKeyValueStore<String, byte[]> store, Wire wire) {
    Map<NodeName, List<Reported>> byNode = new TreeMap<>();
    try (KeyValueIterator<String, byte[]> entries = store.all()) {
      while (entries.hasNext()) {
        KeyValue<String, byte[]> entry = entries.next();
        Reported reported = decoded(entry.value, wire);
        if (!reported.report().service().equals(FRONT_DOOR)) {
          byNode.computeIfAbsent(reported.report().node(), _ -> new ArrayList<>()).add(reported);
        }
      }
    }
    return byNode.entrySet().stream().map(e -> view(e.getKey(), e.getValue())).toList();
  }

  private record Reported(Event.NodeReported report, Instant seenAt, Instant heardAt) {
    NodeView.Service service() {
      return new NodeView.Service(report.service(), report.epoch(), seenAt, heardAt, report.held());
    }
  }

  private static Reported decoded(byte[] stored, Wire wire) {
    ByteBuffer buffer = ByteBuffer.wrap(stored);
    Instant heardAt = Instant.ofEpochMilli(buffer.getLong());
    Instant seenAt = Instant.ofEpochMilli(buffer.getLong());
    byte[] value = new byte[buffer.remaining()];
    buffer.get(value);
    try {
      return new Reported((Event.NodeReported) wire.decode(Topic.NODES, value), seenAt, heardAt);
    } catch (UnreadableFactException e) {
      throw new IllegalStateException("it was read before it was stored", e);
    }
  }

  private static NodeView view(NodeName node, List<Reported> reports) {
    List<NodeView.Service> services =
        reports.stream()
            .map(Reported::service)
            .sorted(Comparator.comparing(NodeView.Service::name))
            .toList();
    return new NodeView(
        node,
        reports.stream().map(Reported::seenAt).max(Comparator.naturalOrder()).orElseThrow(),
        reports.stream().map(Reported::heardAt).max(Comparator.naturalOrder()).orElseThrow(),
        reports.stream().mapToInt(r -> r.report().permits()).sum(),
        reports.stream().mapToInt(r -> r.report().freePermits()).sum(),
        services,
        first(reports, NodeReported::unfit),
        first(reports, NodeReported::trouble));
  }

  private static @Nullable Failure first(
      List<Reported> reports, Function<NodeReported, @Nullable Failure> what) {
    return reports.stream()
        .map(reported -> what.apply(reported.report()))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }
}
