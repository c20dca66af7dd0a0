package dev.errand.standalone;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.stage.KafkaConnection;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The file in which the embedded broker of another process says how it is reached. */
record BrokerAddress(Path file) {
  /** Services that are started together with their broker are often faster than it. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * Waits until a broker of this installation has been started once.
   *
   * @throws ErrandException BROKER_UNAVAILABLE when none has in time
   */
  KafkaConnection await(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    try (WatchService changes = file.getFileSystem().newWatchService()) {
      file.resolveSibling(".").register(changes, StandardWatchEventKinds.ENTRY_CREATE);
      while (!Files.exists(file)) {
        WatchKey change = changes.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (change == null) {
          throw missing(null);
        }
        change.pollEvents();
        change.reset();
      }
    } catch (IOException e) {
      throw missing(e);
    }
    return read();
  }

  /** What the file says now; BROKER_UNAVAILABLE when there is none. */
  KafkaConnection read() {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException e) {
      throw missing(e);
    }
    Map<String, String> client = new HashMap<>();
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith("sasl.") || name.startsWith("security.")) {
        client.put(name, properties.getProperty(name));
      }
    }
    return new KafkaConnection(properties.getProperty("bootstrap.servers"), client);
  }

  private ErrandException missing(@Nullable IOException cause) {
    String message =
        "no broker of this installation has been started: %s is missing".formatted(file);
    return new ErrandException(Failure.of(FailureCode.BROKER_UNAVAILABLE, message), cause);
  }
}
