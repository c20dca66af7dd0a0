package dev.errand.views;

import dev.errand.broker.BrokerSettings;
import dev.errand.broker.EmbeddedBroker;
import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import dev.errand.views.streams.StreamsSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** An embedded broker with the topics of one node, and a producer of facts. */
final class Kafka implements AutoCloseable {
  static final int PARTITIONS = 3;

  private final Wire wire = Wire.shipped();
  private final EmbeddedBroker broker;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;

  Kafka(Path folder) throws ExecutionException, InterruptedException {
    broker = EmbeddedBroker.start(BrokerSettings.below(folder));
    admin = Admin.create(client());
    producer = new KafkaProducer<>(client(), new ByteArraySerializer(), new ByteArraySerializer());
    addNode(Sample.LOCAL);
  }

  /** Makes what is missing of a node's topics. */
  void addNode(NodeName node) throws ExecutionException, InterruptedException {
    var existing = admin.listTopics().names().get();
    admin
        .createTopics(
            Topic.all(node).stream()
                .filter(name -> !existing.contains(name))
                .map(name -> new NewTopic(name, PARTITIONS, (short) 1))
                .toList())
        .all()
        .get();
  }

  private Map<String, Object> client() {
    Map<String, Object> properties = new HashMap<>(broker.clientProperties());
    properties.put("bootstrap.servers", broker.bootstrapServers());
    return properties;
  }

  StreamsSettings settings(Path state) {
    return new StreamsSettings(
        broker.bootstrapServers(), broker.clientProperties(), "test", state, (short) 1);
  }

  RecordMetadata append(Topic topic, Event fact) throws ExecutionException, InterruptedException {
    return append(topic.on(Sample.LOCAL), fact.key(), wire.encode(fact));
  }

  RecordMetadata append(String topic, String key, byte[] value)
      throws ExecutionException, InterruptedException {
    return producer
        .send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value))
        .get();
  }

  /** All facts of a topic that is the same on all nodes, from its begin to its present end. */
  List<Event> read(Topic topic) {
    List<Event> facts = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(client(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.pattern()).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        consumer.poll(Duration.ofSeconds(1)).forEach(r -> facts.add(decoded(topic, r.value())));
      }
    }
    return facts;
  }

  private Event decoded(Topic topic, byte[] value) {
    try {
      return wire.decode(topic, value);
    } catch (UnreadableFactException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
    admin.close(Duration.ofSeconds(5));
    broker.close();
  }
}
