package dev.errand.standalone;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.stage.KafkaConnection;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** The file in which the embedded broker of another process says how it is reached. */
record BrokerAddress(Path file) {
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
