package dev.errand.standalone;

import dev.errand.broker.BrokerMain;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A front door in the test's own process, and its broker in one that a test may kill. */
public final class BrokerApart implements QuarkusTestResourceLifecycleManager {
  private static final String PID = "server/broker.pid";

  private @Nullable Path data;

  @Override
  public Map<String, String> start() {
    try {
      data = Files.createTempDirectory(Path.of("/tmp"), "errand-ba");
      Files.createDirectories(data.resolve("server"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String httpPort = Integer.toString(Deployment.freePort());
    Map<String, String> settings = new HashMap<>();
    settings.put("quarkus.http.port", httpPort);
    settings.put("quarkus.http.test-port", httpPort);
    settings.put("errand.server.data", data.toString());
    settings.put("errand.server.services", "ingest");
    settings.put("errand.server.kafka.port", Integer.toString(Deployment.freePort()));
    settings.put("errand.server.kafka.controller-port", Integer.toString(Deployment.freePort()));
    settings.put("errand.repositories.file-roots", "/tmp");
    launch(
        data,
        settings.get("errand.server.kafka.port"),
        settings.get("errand.server.kafka.controller-port"));
    return settings;
  }

  /** Starts a broker on the folder; it is ready when clients reach it. */
  static void launch(Path data, @Nullable String port, @Nullable String controllerPort) {
    Path credential = data.resolve("server/kafka-client.properties");
    List<String> command = new ArrayList<>(List.of(Deployment.JAVA.toString(), "-Xmx256m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(BrokerMain.class.getName());
    command.add(data.resolve("kafka").toString());
    command.addAll(List.of(String.valueOf(port), String.valueOf(controllerPort)));
    command.add(credential.toString());
    File log = data.resolve("server/broker.log").toFile();
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
              .start();
      Files.writeString(data.resolve(PID), Long.toString(process.pid()));
      while (process.isAlive() && !Files.exists(credential)) {
        Thread.onSpinWait();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL to the broker. */
  static void kill(Path data) {
    try {
      long pid = Long.parseLong(Files.readString(data.resolve(PID)));
      ProcessHandle.of(pid)
          .ifPresent(
              process -> {
                process.destroyForcibly();
                process.onExit().join();
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    if (data != null) {
      kill(data);
      Folders.delete(data);
    }
  }
}
