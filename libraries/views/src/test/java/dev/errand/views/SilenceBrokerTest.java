package dev.errand.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.schemas.Topic;
import dev.errand.schemas.wire.Wire;
import dev.errand.views.streams.StreamsApp;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What readiness asks: whether the broker answers. */
class SilenceBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LIMIT = Duration.ofSeconds(15);

  @TempDir Path folder;

  @Test
  void anAppKnowsThatItsBrokerHasBeenSilent() throws Exception {
    Kafka kafka = new Kafka(folder);
    try (StreamsApp app =
        StreamsApp.start(
            "errand-silence",
            () -> ViewsTopology.of(Wire.shipped(), new Deaf()),
            kafka.settings(folder.resolve("state")))) {
      kafka.append(Topic.NODES, Sample.heartbeat(Sample.LOCAL, "provisioner"));
      await().atMost(PATIENCE).until(() -> app.isRunning() && hasHeard(app));
      assertThat(app.isBrokerSilent(LIMIT)).isFalse();

      kafka.close();

      await().atMost(PATIENCE).until(() -> app.isBrokerSilent(LIMIT));
    }
  }

  /** Of a broker that goes before the group's first heartbeat, 3 s, nothing is known. */
  private static boolean hasHeard(StreamsApp app) {
    return app.streams().metrics().entrySet().stream()
        .filter(metric -> metric.getKey().name().equals("last-heartbeat-seconds-ago"))
        .anyMatch(metric -> (Double) metric.getValue().metricValue() >= 0);
  }

  private static final class Deaf implements ViewsTopology.Observer {
    @Override
    public void changed(TaskView view) {}

    @Override
    public void folded(TopicPartition partition, long offset) {}

    @Override
    public void skipped() {}
  }
}
