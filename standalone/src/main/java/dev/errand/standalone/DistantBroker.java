package dev.errand.standalone;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.stage.KafkaConnection;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker of another process, which may start later than this one: nobody has to start the parts
 * of an installation in order.
 */
final class DistantBroker {
  private static final Logger LOG = LoggerFactory.getLogger(DistantBroker.class);
  private static final Duration ONE_LOOK = Duration.ofSeconds(5);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
  private static final Duration BETWEEN_REMARKS = Duration.ofSeconds(30);

  private final Supplier<KafkaConnection> search;

  /**
   * @param search asked at each look, as a broker that starts writes down anew how it is reached;
   *     throws BROKER_UNAVAILABLE when it knows of none
   */
  DistantBroker(Supplier<KafkaConnection> search) {
    this.search = search;
  }

  /**
   * The connection, once the broker answers on it.
   *
   * @throws ErrandException BROKER_UNAVAILABLE with the last reason when it has not for this long
   */
  KafkaConnection await(Duration patience) throws InterruptedException {
    long start = System.nanoTime();
    long nextRemark = start;
    while (true) {
      String reason;
      try {
        KafkaConnection connection = search.get();
        Optional<String> silence = connection.silence(ONE_LOOK);
        if (silence.isEmpty()) {
          return connection;
        }
        reason = "%s does not answer: %s".formatted(connection, silence.get());
      } catch (ErrandException unknown) {
        reason = unknown.failure().message();
      }
      long now = System.nanoTime();
      if (now - start >= patience.toNanos()) {
        throw new ErrandException(FailureCode.BROKER_UNAVAILABLE, reason);
      }
      if (now >= nextRemark) {
        LOG.info("Waiting for the broker: {}", reason);
        nextRemark = now + BETWEEN_REMARKS.toNanos();
      }
      TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS.toMillis());
    }
  }

  /** The file in which the embedded broker of another process says how it is reached. */
  record Address(Path file) {
    /** What the file says now; BROKER_UNAVAILABLE when there is none. */
    KafkaConnection read() {
      Properties properties = new Properties();
      try (Reader reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      } catch (IOException e) {
        throw new ErrandException(
            FailureCode.BROKER_UNAVAILABLE,
            "no broker of this installation has been started: %s is missing".formatted(file),
            e);
      }
      Map<String, String> client = new HashMap<>();
      for (String name : properties.stringPropertyNames()) {
        if (name.startsWith("sasl.") || name.startsWith("security.")) {
          client.put(name, properties.getProperty(name));
        }
      }
      return new KafkaConnection(properties.getProperty("bootstrap.servers"), client);
    }
  }
}
