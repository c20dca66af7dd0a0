package dev.errand.stage;

import dev.errand.schemas.wire.Wire;
import dev.errand.stage.StageHost.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A process that runs a {@link BoxStage}, and ends itself at a step if it is told to. */
record Worker(Process process) implements AutoCloseable {
  private static final String NEVER = "never";

  /** Starts a process on the laboratory's folder and broker; its log is {@code <stage>.log}. */
  static Worker start(Path folder, KafkaConnection connection, String stage, String crashAt)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Worker.class.getName());
    command.addAll(List.of(folder.toString(), connection.bootstrapServers(), stage, crashAt));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(stage + ".log").toFile());
    connection.properties().forEach((name, value) -> builder.environment().put(name, value));
    return new Worker(builder.start());
  }

  static Worker start(Path folder, KafkaConnection connection, String stage) throws IOException {
    return start(folder, connection, stage, NEVER);
  }

  /** Takes folder, bootstrap servers, stage and step; runs until it is killed. */
  public static void main(String[] arguments) throws InterruptedException, IOException {
    Path folder = Path.of(arguments[0]);
    String stage = arguments[2];
    String crashAt = arguments[3];
    KafkaConnection connection =
        new KafkaConnection(
            arguments[1],
            Map.of(
                "security.protocol", System.getenv("security.protocol"),
                "sasl.mechanism", System.getenv("sasl.mechanism"),
                "sasl.jaas.config", System.getenv("sasl.jaas.config")));
    Wire wire = Wire.shipped();
    FactWriter writer = new FactWriter(connection, wire);
    Ledger ledger = Ledger.follow(connection, wire, Samples.NODE);
    StageHost plain = Laboratory.host(connection, folder, writer, ledger);
    StageHost host =
        new StageHost(
            plain.connection(),
            plain.wire(),
            plain.node(),
            plain.data(),
            plain.writer(),
            plain.ledger(),
            plain.clock(),
            plain.telemetry(),
            plain.settings(),
            (_, step) -> crash(step, crashAt));
    Path boxes = Files.createDirectories(folder.resolve(stage + ".boxes"));
    new StageRunner(
            host, new BoxStage(stage, boxes, 4, Duration.ofMinutes(5)), () -> Integer.MAX_VALUE)
        .start();
    new CountDownLatch(1).await(); // until somebody kills it
  }

  private static void crash(Step step, String crashAt) {
    if (step.name().equals(crashAt)) {
      Runtime.getRuntime().halt(137); // as SIGKILL: no hooks, no buffers, nothing
    }
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  boolean isDeadWithin(Duration patience) throws InterruptedException {
    return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
