package dev.errand.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.broker.BrokerMain;
import dev.errand.broker.BrokerSettings;
import dev.errand.broker.EmbeddedBroker;
import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.wire.Wire;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that dies in the middle of jobs and stays away, or that only stops for a moment. */
final class OutageBrokerTest {
  private static final Duration OUTAGE = Duration.ofMinutes(1);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void jobsThatEndDuringAnOutageAndAfterItEndOnce() throws Exception {
    BrokerSettings settings = Laboratory.brokerSettings(folder, freePort(), freePort());
    Process broker = process(settings);
    Awaitility.await().atMost(PATIENCE).until(() -> Files.exists(settings.credentialFile()));
    KafkaConnection connection = connection(settings);
    TopicCatalogue.ensure(connection, Samples.NODE, 2, (short) 1);
    Wire wire = Wire.shipped();
    Path boxes = Files.createDirectories(folder.resolve("boxes"));
    Event.AttemptSubmitted during = Samples.submitted(Samples.run(), "15000");
    Event.AttemptSubmitted after = Samples.submitted(Samples.run(), "75000");
    List<Event.AttemptSubmitted> facts = List.of(during, after);
    try (FactWriter writer = new FactWriter(connection, wire);
        Ledger ledger = Ledger.follow(connection, wire, Samples.NODE);
        StageRunner runner =
            new StageRunner(
                Laboratory.host(connection, folder, writer, ledger),
                new BoxStage("box", boxes, 4, Duration.ofMinutes(5)),
                () -> Integer.MAX_VALUE)) {
      runner.start();
      for (Event.AttemptSubmitted fact : facts) {
        writer.append(Topic.ATTEMPTS_SUBMITTED, Laboratory.idOf(fact), fact);
      }
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> facts.stream().allMatch(fact -> BoxStage.calls(boxes, fact) > 0));

      broker.destroyForcibly().waitFor();
      boolean _ = new CountDownLatch(1).await(OUTAGE.toSeconds(), TimeUnit.SECONDS); // the outage
      try (EmbeddedBroker _ = EmbeddedBroker.start(settings)) {
        Awaitility.await()
            .atMost(PATIENCE)
            .until(() -> facts.stream().allMatch(fact -> count(connection, wire, fact) > 0));

        for (Event.AttemptSubmitted fact : facts) {
          assertThat(BoxStage.made(boxes, fact)).isOne();
        }
        assertThat(AtMostOneRun.violations(Topics.readAll(connection, wire))).isEmpty();
      }
    }
  }

  @Test
  void aLiveFactForABrokerThatStopsForAMomentWaitsForIt() throws Exception {
    BrokerSettings settings = Laboratory.brokerSettings(folder, freePort(), freePort());
    Process broker = process(settings);
    try {
      Awaitility.await().atMost(PATIENCE).until(() -> Files.exists(settings.credentialFile()));
      KafkaConnection connection = connection(settings);
      TopicCatalogue.ensure(connection, Samples.NODE, 2, (short) 1);
      Map<String, String> eager = new HashMap<>(connection.properties());
      // Clients look around every 5 min; what the writer forgets then, it must ask for again.
      eager.put("metadata.max.age.ms", "100");
      Wire wire = Wire.shipped();
      try (FactWriter writer =
          new FactWriter(new KafkaConnection(connection.bootstrapServers(), eager), wire)) {
        Event.AttemptProgressed before = started();
        Awaitility.await("the first fact")
            .atMost(PATIENCE)
            .until(
                () -> {
                  writer.appendLive(Topic.ATTEMPTS_PROGRESSED, before);
                  return progressed(connection, wire).contains(before);
                });
        Event.AttemptProgressed during = started();

        signal(broker, "STOP");
        writer.appendLive(Topic.ATTEMPTS_PROGRESSED, during);
        signal(broker, "CONT");

        Awaitility.await("the fact of the pause")
            .atMost(Duration.ofSeconds(30))
            .until(() -> progressed(connection, wire).contains(during));
      }
    } finally {
      broker.destroyForcibly().waitFor();
    }
  }

  private static Event.AttemptProgressed started() {
    return new Event.AttemptProgressed(
        Samples.run(), Samples.NODE, new StageName("agent"), new Event.Progress.Started());
  }

  private static List<Event.AttemptProgressed> progressed(KafkaConnection connection, Wire wire) {
    return Topics.facts(Topics.readAll(connection, wire), Event.AttemptProgressed.class);
  }

  private static void signal(Process process, String name) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor())
        .isZero();
  }

  private static long count(KafkaConnection connection, Wire wire, Event.AttemptSubmitted fact) {
    return Topics.facts(Topics.readAll(connection, wire), Event.ContainerCreated.class).stream()
        .filter(made -> made.run().equals(fact.run()))
        .count();
  }

  private Process process(BrokerSettings settings) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path")));
    command.add(BrokerMain.class.getName());
    command.add(settings.directory().toString());
    command.add(Integer.toString(settings.port()));
    command.add(Integer.toString(settings.controllerPort()));
    command.add(settings.credentialFile().toString());
    settings.overrides().forEach((name, value) -> command.add(name + "=" + value));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("broker.log").toFile())
        .start();
  }

  private static KafkaConnection connection(BrokerSettings settings) throws Exception {
    Properties file = new Properties();
    try (var reader = Files.newBufferedReader(settings.credentialFile())) {
      file.load(reader);
    }
    Map<String, String> client = new HashMap<>();
    for (String name : List.of("security.protocol", "sasl.mechanism", "sasl.jaas.config")) {
      client.put(name, file.getProperty(name));
    }
    return new KafkaConnection(file.getProperty("bootstrap.servers"), client);
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
