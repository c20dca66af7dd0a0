package dev.errand.views;

import dev.errand.views.streams.StreamsSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out once, at the start, what has been folded in earlier lives and what lay on the topics:
 * with it, whoever waits for an old record does not wait, and readiness means something.
 */
final class CatchUp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);

  /** Between two tries while the broker does not answer. */
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

  private final String group;
  private final Map<String, Object> properties;
  private final Folded folded;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Map<TopicPartition, Long> ends;

  private CatchUp(String group, StreamsSettings settings, Folded folded) {
    this.group = group;
    this.properties = new HashMap<>(settings.client());
    this.properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    this.folded = folded;
    this.thread = Thread.ofVirtual().name(group + "-catch-up").unstarted(this::run);
  }

  /** Asks on a thread of its own. */
  static CatchUp start(String group, StreamsSettings settings, Folded folded) {
    CatchUp catchUp = new CatchUp(group, settings, folded);
    catchUp.thread.start();
    return catchUp;
  }

  /** Whether everything that lay on the topics when this started has been folded. */
  boolean isDone() {
    Map<TopicPartition, Long> known = ends;
    return known != null
        && known.entrySet().stream().allMatch(end -> folded.isBelow(end.getKey(), end.getValue()));
  }

  private void run() {
    try (Admin admin = Admin.create(properties)) {
      while (ends == null) {
        try {
          ends = look(admin);
        } catch (ExecutionException e) {
          LOG.warn("{}: the broker does not say how far the topics go", group, e);
          if (closed.await(RETRY_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (KafkaException e) {
      LOG.error("{}: no client can be made", group, e);
    }
  }

  private Map<TopicPartition, Long> look(Admin admin)
      throws ExecutionException, InterruptedException {
    List<String> topics =
        admin.listTopics().names().get().stream().filter(TaskFold::reads).toList();
    List<TopicPartition> partitions =
        admin.describeTopics(topics).allTopicNames().get().values().stream()
            .flatMap(
                topic ->
                    topic.partitions().stream()
                        .map(p -> new TopicPartition(topic.name(), p.partition())))
            .toList();
    committed(admin).forEach(folded::below);
    Map<TopicPartition, Long> begins = offsets(admin, partitions, OffsetSpec.earliest());
    Map<TopicPartition, Long> found = offsets(admin, partitions, OffsetSpec.latest());
    // What retention has emptied gives no record that could be folded.
    found.entrySet().removeIf(end -> end.getValue().equals(begins.get(end.getKey())));
    return Map.copyOf(found);
  }

  private Map<TopicPartition, Long> committed(Admin admin)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetAndMetadata> offsets =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    Map<TopicPartition, Long> committed = new HashMap<>();
    offsets.forEach(
        (partition, offset) -> {
          if (offset != null) {
            committed.put(partition, offset.offset());
          }
        });
    return committed;
  }

  private static Map<TopicPartition, Long> offsets(
      Admin admin, List<TopicPartition> partitions, OffsetSpec which)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> asked =
        partitions.stream().collect(Collectors.toMap(Function.identity(), _ -> which));
    Map<TopicPartition, ListOffsetsResultInfo> answers = admin.listOffsets(asked).all().get();
    Map<TopicPartition, Long> offsets = new HashMap<>();
    answers.forEach((partition, answer) -> offsets.put(partition, answer.offset()));
    return offsets;
  }

  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
  }
}
