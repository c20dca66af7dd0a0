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

/** The decider's one proof that a silent node is not a silent broker. */
class SilenceBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void anAppKnowsHowLongItsBrokerHasBeenSilent() throws Exception {
    Kafka kafka = new Kafka(folder);
    try (StreamsApp app =
        StreamsApp.start(
            "errand-silence",
            () -> ViewsTopology.of(Wire.shipped(), new Deaf()),
            kafka.settings(folder.resolve("state")))) {
      kafka.append(Topic.NODES, Sample.heartbeat(Sample.LOCAL, "provisioner"));
      await().atMost(PATIENCE).until(app::isRunning);
      await()
          .atMost(PATIENCE)
          .until(() -> app.sinceBrokerAnswered().compareTo(Duration.ofSeconds(5)) < 0);

      kafka.close();

      await()
          .atMost(PATIENCE)
          .until(() -> app.sinceBrokerAnswered().compareTo(Duration.ofSeconds(16)) > 0);
      assertThat(app.sinceBrokerAnswered()).isLessThan(Duration.ofDays(1));
    }
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
