package dev.errand.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedBrokerBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void whatWasAcknowledgedIsThereAfterARestart() throws Exception {
    BrokerSettings settings = BrokerSettings.below(folder);
    try (EmbeddedBroker broker = EmbeddedBroker.start(settings)) {
      createTopic(client(broker));
      append(client(broker), "first");
    }

    try (EmbeddedBroker again = EmbeddedBroker.start(settings)) {
      append(client(again), "second");
      assertThat(values(client(again), 2)).containsExactly("first", "second");
    }
  }

  @Test
  void whatWasAcknowledgedIsThereAfterAKill() throws Exception {
    int port = freePort();
    int controllerPort = freePort();
    BrokerSettings settings =
        new BrokerSettings(
            folder.resolve("kafka"), port, controllerPort, folder.resolve("c.properties"));
    Process process = process(settings);
    Awaitility.await().atMost(PATIENCE).until(() -> Files.exists(settings.credentialFile()));
    Map<String, Object> client = client(settings.credentialFile());
    createTopic(client);
    append(client, "first");

    process.destroyForcibly().waitFor();

    try (EmbeddedBroker again = EmbeddedBroker.start(settings)) {
      append(client(again), "second");
      assertThat(values(client(again), 2)).containsExactly("first", "second");
    }
  }

  @Test
  void theCredentialIsItsOwnersOnlyAndStays() throws Exception {
    BrokerSettings settings = BrokerSettings.below(folder);
    try (EmbeddedBroker broker = EmbeddedBroker.start(settings)) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(settings.credentialFile())))
          .isEqualTo("rw-------");
      Map<String, Object> wrong = client(broker);
      wrong.put(
          "sasl.jaas.config",
          "org.apache.kafka.common.security.plain.PlainLoginModule required"
              + " username=\"errand\" password=\"guessed\";");
      assertThatThrownBy(() -> createTopic(wrong))
          .rootCause()
          .hasMessageContaining("Authentication failed");
      Map<String, Object> without = new HashMap<>();
      without.put("bootstrap.servers", broker.bootstrapServers());
      without.put("default.api.timeout.ms", 2_000);
      without.put("request.timeout.ms", 1_000);
      assertThatThrownBy(() -> createTopic(without)).isNotNull();
    }
  }

  @Test
  void clientsOfAnotherAddressMeetItThereWithThePasswordAndNowhereElse() throws Exception {
    String elsewhere = "127.0.0.2"; // stands for the address of a container's network
    BrokerSettings settings = BrokerSettings.below(folder).on(elsewhere);
    try (EmbeddedBroker broker = EmbeddedBroker.start(settings)) {
      assertThat(broker.bootstrapServers()).startsWith(elsewhere + ":");
      createTopic(client(settings.credentialFile()));
      append(client(settings.credentialFile()), "from outside");
      assertThat(values(client(broker), 1)).containsExactly("from outside");

      int port = Integer.parseInt(broker.bootstrapServers().substring(elsewhere.length() + 1));
      try (Socket socket = new Socket()) {
        assertThatThrownBy(
                () -> socket.connect(new InetSocketAddress(BrokerSettings.LOOPBACK, port)))
            .isInstanceOf(ConnectException.class);
      }
    }
  }

  @Test
  void anAddressOfAnotherMachineIsNamed() {
    BrokerSettings settings = BrokerSettings.below(folder).on("no-such-machine.invalid");

    assertThatThrownBy(() -> EmbeddedBroker.start(settings))
        .isInstanceOf(ErrandException.class)
        .hasMessageContaining("no-such-machine.invalid");
  }

  @Test
  void aCredentialThatOthersCanReadIsRefused() throws Exception {
    BrokerSettings settings = BrokerSettings.below(folder);
    Files.createFile(
        settings.credentialFile(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));

    assertThatThrownBy(() -> EmbeddedBroker.start(settings))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> assertThat(e.code()).isEqualTo(FailureCode.BROKER_UNAVAILABLE))
        .hasMessageContaining("chmod 600");
  }

  @Test
  void aTakenPortIsNamed() throws Exception {
    try (ServerSocket taken =
        new ServerSocket(0, 1, InetAddress.getByName(BrokerSettings.LOOPBACK))) {
      BrokerSettings settings =
          new BrokerSettings(
              folder.resolve("kafka"), taken.getLocalPort(), 0, folder.resolve("c.properties"));

      assertThatThrownBy(() -> EmbeddedBroker.start(settings))
          .isInstanceOf(ErrandException.class)
          .hasMessageContaining("port " + taken.getLocalPort());
    }
  }

  private Process process(BrokerSettings settings) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new ProcessBuilder(
            java.toString(),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            BrokerMain.class.getName(),
            settings.directory().toString(),
            Integer.toString(settings.port()),
            Integer.toString(settings.controllerPort()),
            settings.credentialFile().toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("broker.log").toFile())
        .start();
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket =
        new ServerSocket(0, 1, InetAddress.getByName(BrokerSettings.LOOPBACK))) {
      return socket.getLocalPort();
    }
  }

  private static Map<String, Object> client(EmbeddedBroker broker) {
    Map<String, Object> client = new HashMap<>(broker.clientProperties());
    client.put("bootstrap.servers", broker.bootstrapServers());
    return client;
  }

  private static Map<String, Object> client(Path credentialFile) throws Exception {
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(credentialFile, UTF_8)) {
      properties.load(reader);
    }
    Map<String, Object> client = new HashMap<>();
    properties.forEach((name, value) -> client.put((String) name, value));
    return client;
  }

  private static void createTopic(Map<String, Object> client) throws Exception {
    try (Admin admin = Admin.create(client)) {
      admin
          .createTopics(List.of(new NewTopic("facts", Optional.of(1), Optional.of((short) 1))))
          .all()
          .get(PATIENCE.toSeconds(), SECONDS);
    }
  }

  private static void append(Map<String, Object> client, String value) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>("facts", "key", value)).get(PATIENCE.toSeconds(), SECONDS);
    }
  }

  private static List<String> values(Map<String, Object> client, int count) {
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(client, new StringDeserializer(), new StringDeserializer())) {
      TopicPartition partition = new TopicPartition("facts", 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      List<String> values = new ArrayList<>();
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () -> {
                for (ConsumerRecord<String, String> r : consumer.poll(Duration.ofMillis(200))) {
                  values.add(r.value());
                }
                return values.size() >= count;
              });
      return values;
    }
  }
}
