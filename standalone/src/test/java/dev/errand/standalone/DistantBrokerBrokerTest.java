package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.errand.broker.BrokerSettings;
import dev.errand.broker.EmbeddedBroker;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.stage.KafkaConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service beside a broker that another process runs, or will run, or never runs. */
class DistantBrokerBrokerTest {
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir private Path folder = Path.of("");

  @Test
  void aBrokerThatStartsLaterIsWaitedForAndAnswers() throws Exception {
    BrokerSettings settings = BrokerSettings.below(folder);
    DistantBroker distant =
        new DistantBroker(new DistantBroker.Address(settings.credentialFile())::read);
    try (ExecutorService service = Executors.newSingleThreadExecutor()) {
      Future<KafkaConnection> found = service.submit(() -> distant.await(LONG));
      await("the service's first look").until(() -> !found.isDone());

      try (EmbeddedBroker broker = EmbeddedBroker.start(settings)) {
        assertThat(found.get().bootstrapServers()).isEqualTo(broker.bootstrapServers());
        assertThat(found.get().silence(LONG)).isEmpty();
      }
    }
  }

  /** Its file is there from the start before; it comes back on another port. */
  @Test
  void aBrokerThatComesBackElsewhereIsFoundThere() throws Exception {
    BrokerSettings settings = BrokerSettings.below(folder);
    EmbeddedBroker.start(settings).close();
    DistantBroker.Address address = new DistantBroker.Address(settings.credentialFile());
    String before = address.read().bootstrapServers();
    try (ExecutorService service = Executors.newSingleThreadExecutor()) {
      Future<KafkaConnection> found =
          service.submit(() -> new DistantBroker(address::read).await(LONG));

      try (EmbeddedBroker broker = EmbeddedBroker.start(settings)) {
        assertThat(found.get().bootstrapServers())
            .isEqualTo(broker.bootstrapServers())
            .isNotEqualTo(before);
      }
    }
  }

  @Test
  void aBrokerThatNeverStartedIsNamed() {
    DistantBroker.Address address =
        new DistantBroker.Address(folder.resolve("kafka-client.properties"));

    assertNotFound(
        new DistantBroker(address::read), "no broker of this installation has been started");
  }

  @Test
  void aBrokerThatDoesNotAnswerIsNamed() {
    String nobody = "127.0.0.1:" + Deployment.freePort();

    assertNotFound(distant(nobody), nobody + " does not answer");
    assertNotFound(distant("no-such-host.invalid:9092"), "no-such-host.invalid:9092");
  }

  private static DistantBroker distant(String address) {
    return new DistantBroker(() -> new KafkaConnection(address, Map.of()));
  }

  private static void assertNotFound(DistantBroker broker, String message) {
    assertThatThrownBy(() -> broker.await(SHORT))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> assertThat(e.code()).isEqualTo(FailureCode.BROKER_UNAVAILABLE))
        .hasMessageContaining(message);
  }
}
