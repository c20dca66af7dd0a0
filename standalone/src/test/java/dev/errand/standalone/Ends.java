package dev.errand.standalone;

import static org.awaitility.Awaitility.await;

import dev.errand.schemas.Topic;
import dev.errand.stage.KafkaConnection;
import dev.errand.stage.follow.Follower;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** When attempts end, as one who reads the topic sees it, by this machine's clock. */
final class Ends implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(20);

  private final KafkaConnection connection;
  private final AtomicReference<Instant> last = new AtomicReference<>(Instant.EPOCH);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = Thread.ofPlatform().name("ends").unstarted(this::follow);

  Ends(KafkaConnection connection) {
    this.connection = connection;
  }

  void start() {
    thread.start();
  }

  /** How long after the given time the next attempt ended; fails when none does in time. */
  Duration firstAfter(Instant time, Duration patience) {
    Instant first =
        await("an attempt that ends")
            .atMost(patience)
            .pollInterval(POLL)
            .until(last::get, end -> end.isAfter(time));
    return Duration.between(time, first);
  }

  private void follow() {
    try (KafkaConsumer<byte[], byte[]> consumer =
        Follower.reader(connection.with(Map.of()), POLL)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topic.ATTEMPTS_ENDED.pattern()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      while (closed.getCount() > 0) {
        if (!consumer.poll(POLL).isEmpty()) {
          last.set(Instant.now());
        }
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
