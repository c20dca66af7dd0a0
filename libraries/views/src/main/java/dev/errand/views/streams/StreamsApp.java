package dev.errand.views.streams;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka Streams app that goes on: a dead stream thread is replaced, a dead client is started
 * anew. Keys and values are bytes; processors read them. Thread-safe.
 */
public final class StreamsApp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamsApp.class);

  /** Rewritten state is small and local: what takes longer than this is a broker that is gone. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  /** Between the death of a client and its next start: a broken broker is not stormed. */
  private static final Duration RESTART_PAUSE = Duration.ofSeconds(2);

  private final String applicationId;
  private final Supplier<Topology> topology;
  private final Properties properties;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile KafkaStreams streams;

  private StreamsApp(String applicationId, Supplier<Topology> topology, Properties properties) {
    this.applicationId = applicationId;
    this.topology = topology;
    this.properties = properties;
    this.streams = client();
  }

  /**
   * Starts the app; returns before it has caught up.
   *
   * @throws ErrandException BROKER_UNAVAILABLE when it cannot start, such as for a state directory
   *     that another process holds
   */
  public static StreamsApp start(
      String applicationId, Supplier<Topology> topology, StreamsSettings settings) {
    SmallRocks.loadInto(settings.stateDirectory());
    StreamsApp app = new StreamsApp(applicationId, topology, properties(applicationId, settings));
    EarlierLife.forget(applicationId, settings);
    try {
      app.streams.start();
    } catch (StreamsException | IllegalStateException e) {
      app.close();
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE,
          "%s did not start: %s".formatted(applicationId, e.getMessage()),
          e);
    }
    return app;
  }

  /** What every app of ours is set to; public so that tests drive topologies with the same. */
  public static Properties properties(String applicationId, StreamsSettings settings) {
    Properties p = new Properties();
    settings.client().forEach(p::setProperty);
    p.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
    p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    p.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDirectory().toAbsolutePath().toString());
    p.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) settings.replication());
    p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
    p.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    p.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    p.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, GoOnProcessing.class);
    // By name, as the constant goes with the version that makes this the rule.
    p.put("processing.exception.handler.global.enabled", true);
    p.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, GoOnProducing.class);
    p.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SmallRocks.class);
    p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    p.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    // What a decider appends is what the next stage waits for: no cache, no lingering.
    p.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    p.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
    // No fold of ours depends on the order of topics: never wait for a quiet one.
    p.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, -1);
    // A poll returns as soon as there is a record; an idle app wakes twice a second.
    p.put(StreamsConfig.POLL_MS_CONFIG, 500);
    // A new node's topics are seen after 5 s, not after 5 min.
    p.put(StreamsConfig.METADATA_MAX_AGE_CONFIG, 5_000);
    // A known name, so that a process that comes back can have its earlier life forgotten.
    p.put(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG),
        settings.instance());
    p.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 10_000);
    return p;
  }

  private KafkaStreams client() {
    KafkaStreams client = new KafkaStreams(topology.get(), properties);
    client.setUncaughtExceptionHandler(
        e -> {
          LOG.error("{}: a thread died and is replaced", applicationId, e);
          return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
    client.setStateListener(
        (now, before) -> {
          LOG.debug("{}: {} -> {}", applicationId, before, now);
          if (now == KafkaStreams.State.ERROR) {
            // Not on this thread: it is one of those that the restart waits for.
            Thread.ofVirtual().name(applicationId + "-restart").start(this::restart);
          }
        });
    return client;
  }

  private void restart() {
    streams.close(CLOSE_TIMEOUT);
    try {
      if (closed.await(RESTART_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    LOG.warn("{}: starting again", applicationId);
    synchronized (this) {
      if (closed.getCount() == 0) {
        return;
      }
      streams = client();
      try {
        streams.start();
      } catch (StreamsException | IllegalStateException e) {
        LOG.error("{}: did not start again", applicationId, e);
      }
    }
  }

  /** The client of this moment; another one after a restart. */
  public KafkaStreams streams() {
    return streams;
  }

  public String applicationId() {
    return applicationId;
  }

  /** Whether the app has its partitions and their state. */
  public boolean isRunning() {
    return streams.state() == KafkaStreams.State.RUNNING;
  }

  /**
   * Whether the broker has not answered the group's heartbeat for so long; false before the first
   * is due.
   */
  public boolean isBrokerSilent(Duration limit) {
    return streams.metrics().entrySet().stream()
        .filter(metric -> metric.getKey().name().equals("last-heartbeat-seconds-ago"))
        .map(metric -> metric.getValue().metricValue())
        .filter(Double.class::isInstance)
        .anyMatch(seconds -> (Double) seconds > limit.toSeconds());
  }

  @Override
  public void close() {
    closed.countDown();
    synchronized (this) {
      streams.close(CLOSE_TIMEOUT);
    }
  }
}
