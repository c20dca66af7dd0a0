package dev.errand.stage;

import dev.errand.stage.Job.Stop;
import dev.errand.stage.StageHost.Step;
import dev.errand.stage.Works.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a stage's share group, with the work on what it drew. It either draws or holds:
 * while a record of it is renewed, a member gets no new ones. For one thread at a time, but {@link
 * #recall}.
 *
 * <p>Source: KIP-932 (share groups), KIP-1206 (record_limit), KIP-1222 (renewal).
 */
final class ShareMember {
  private static final Logger LOG = LoggerFactory.getLogger(ShareMember.class);
  private static final Duration SET_UP = Duration.ofSeconds(20);
  private static final Duration TAKE_BACK = Duration.ofSeconds(5);
  private static final Duration CLOSE = Duration.ofMillis(500);

  private final StageHost host;
  private final StageSpec<?, ?> spec;
  private final Works works;
  private final KafkaShareConsumer<byte[], byte[]> consumer;
  private final int batch;
  private final Duration third;
  private final Map<Place, Work> open = new HashMap<>(); // drawn and not acknowledged
  private final LinkedBlockingQueue<Work> done = new LinkedBlockingQueue<>();
  private long renewal; // System.nanoTime at which the open ones are due
  private boolean drawing; // guarded by this, like the one below
  private boolean recalled;

  private record Place(TopicPartition partition, long offset) {
    static Place of(ConsumerRecord<byte[], byte[]> entry) {
      return new Place(new TopicPartition(entry.topic(), entry.partition()), entry.offset());
    }
  }

  /** Joins the group, which takes the broker a moment; it draws nothing before it is told to. */
  ShareMember(StageHost host, StageSpec<?, ?> spec, Works works, int batch) {
    this.host = host;
    this.spec = spec;
    this.works = works;
    this.batch = batch;
    this.third = host.settings().lock().dividedBy(3);
    Duration wait = host.settings().fetchWait();
    Map<String, Object> own = new HashMap<>();
    own.put("group.id", spec.group(host.node()));
    own.put("share.acknowledgement.mode", "explicit");
    own.put("share.acquire.mode", "record_limit"); // never more than we can work on
    own.put("max.poll.records", batch);
    own.put("max.poll.interval.ms", Integer.MAX_VALUE); // holders and spares poll seldom
    own.put("fetch.max.wait.ms", (int) wait.toMillis());
    own.put("request.timeout.ms", (int) wait.plusSeconds(20).toMillis());
    own.put("default.api.timeout.ms", (int) wait.plusSeconds(30).toMillis());
    own.put("reconnect.backoff.max.ms", 1_000);
    this.consumer =
        new KafkaShareConsumer<>(
            host.connection().with(own), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.subscribe(List.of(spec.input().on(host.node())));
  }

  /**
   * Gives a stage's group its settings; to be done before its first member joins, as a group that
   * begins at the end misses what waits.
   */
  static void setUpGroup(StageHost host, StageSpec<?, ?> spec)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<String, String> settings =
        Map.of(
            "share.auto.offset.reset", "earliest",
            "share.record.lock.duration.ms", Long.toString(host.settings().lock().toMillis()),
            "share.delivery.count.limit", Integer.toString(MachineSettings.MAX_DELIVERIES));
    List<AlterConfigOp> changes =
        settings.entrySet().stream()
            .map(setting -> new ConfigEntry(setting.getKey(), setting.getValue()))
            .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
            .toList();
    try (Admin admin = Admin.create(host.connection().with(Map.of()))) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.GROUP, spec.group(host.node())), changes))
          .all()
          .get(SET_UP.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** How many records it draws at once, at most. */
  int batch() {
    return batch;
  }

  /**
   * Draws and begins the work; false when there was nothing.
   *
   * @throws WakeupException after a {@link #recall}: the member has begun nothing and must leave,
   *     which gives back what its last request may still bring
   */
  boolean draw(Duration patience) {
    long asked = System.nanoTime();
    mayDraw(true);
    ConsumerRecords<byte[], byte[]> drawn = consumer.poll(patience);
    mayDraw(false);
    if (drawn.isEmpty()) {
      return false;
    }
    renewal = Math.max(asked, System.nanoTime() - third.toNanos() / 4) + third.toNanos();
    drawn.forEach(this::begin);
    return true;
  }

  private synchronized void mayDraw(boolean begins) {
    if (recalled) {
      throw new WakeupException();
    }
    drawing = begins;
  }

  private void begin(ConsumerRecord<byte[], byte[]> entry) {
    open.put(Place.of(entry), works.begin(entry, done::add));
  }

  /** Waits a moment for all of it, and acknowledges what is done; true when nothing is left. */
  boolean settle(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    List<Work> ended = new ArrayList<>();
    while (ended.size() < open.size()) {
      Work work = done.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (work == null) {
        break;
      }
      ended.add(work);
    }
    acknowledge(ended);
    return open.isEmpty();
  }

  /** Renews what is open and acknowledges each as it ends; returns when nothing is left. */
  void hold() throws InterruptedException {
    while (!open.isEmpty()) {
      Work first = done.poll(renewal - System.nanoTime(), TimeUnit.NANOSECONDS);
      List<Work> ended = new ArrayList<>();
      if (first != null) {
        ended.add(first);
        done.drainTo(ended);
      }
      acknowledge(ended);
      if (!open.isEmpty() && System.nanoTime() >= renewal) {
        renew();
      }
    }
  }

  private void acknowledge(List<Work> ended) {
    int noted = 0;
    for (Work work : ended) {
      if (open.remove(Place.of(work.entry()), work)) {
        host.probe().at(spec.name(), Step.BEFORE_ACCEPT);
        consumer.acknowledge(work.entry(), work.result().orElse(AcknowledgeType.RELEASE));
        noted++;
      }
    }
    if (noted > 0) {
      commit();
    }
  }

  private void renew() {
    host.probe().at(spec.name(), Step.RENEWING);
    open.values().forEach(work -> consumer.acknowledge(work.entry(), AcknowledgeType.RENEW));
    renewal = System.nanoTime() + third.toNanos();
    commit();
    if (open.isEmpty()) {
      return;
    }
    Set<Place> back = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(TAKE_BACK)) {
      back.add(Place.of(entry));
      if (!open.containsKey(Place.of(entry))) {
        begin(entry);
      }
    }
    lose(work -> !back.contains(Place.of(work.entry())));
  }

  /** Tells the broker. What it refuses, by partition, is no longer ours: also what was open. */
  private void commit() {
    Set<TopicPartition> refused = new HashSet<>();
    consumer
        .commitSync(third)
        .forEach(
            (partition, failure) -> {
              if (failure.isPresent()) {
                LOG.warn("{}: {} said {}", spec.name(), partition, failure.get().toString());
                refused.add(partition.topicPartition());
              }
            });
    lose(work -> refused.contains(Place.of(work.entry()).partition()));
  }

  private void lose(Predicate<Work> isLost) {
    open.values()
        .removeIf(
            work -> {
              if (isLost.test(work)) {
                LOG.warn("{}: no longer holds {}", spec.name(), Place.of(work.entry()));
                work.stop(Stop.LEASE_LOST);
                return true;
              }
              return false;
            });
  }

  /** Breaks off the draw on another thread, or forbids the next one; never what is held. */
  synchronized void recall() {
    recalled = true;
    if (drawing) {
      consumer.wakeup();
    }
  }

  /** Leaves the group: what was open is anybody's, so nobody here watches it any more. */
  void leave() {
    lose(_ -> true);
    try {
      consumer.close(CLOSE);
    } catch (KafkaException | IllegalStateException e) {
      LOG.debug("{}: left without a word: {}", spec.name(), e.toString());
    }
  }
}
