package dev.errand.standalone;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** An installation's broker as somebody with the credential sees it: records in, records out. */
final class Broker implements AutoCloseable {
  static final Wire WIRE = Wire.shipped();

  private final Map<String, Object> connection = new HashMap<>();
  private final KafkaProducer<byte[], byte[]> producer;

  /**
   * @param data the installation's data folder
   */
  Broker(Path data) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(data.resolve("server/kafka-client.properties"))) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    properties.forEach((key, value) -> connection.put(key.toString(), value));
    Map<String, Object> own = new HashMap<>(connection);
    own.put("compression.type", "gzip"); // a few bytes may become many
    own.put("max.request.size", 4 << 20); // it is the broker that refuses
    producer = new KafkaProducer<>(own, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Appends a record as it is.
   *
   * @throws ExecutionException when the broker refuses it
   */
  RecordMetadata append(ProducerRecord<byte[], byte[]> entry)
      throws ExecutionException, InterruptedException {
    return producer.send(entry).get();
  }

  /** All records of all topics of ours, or of some. */
  List<ConsumerRecord<byte[], byte[]>> readAll(Topic... only) {
    Map<String, Object> own = new HashMap<>(connection);
    own.put("auto.offset.reset", "earliest");
    try (var consumer =
        new KafkaConsumer<>(own, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.listTopics().values().stream()
              .flatMap(List::stream)
              .filter(info -> isWanted(info, only))
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        consumer.poll(Duration.ofMillis(200)).forEach(all::add);
      }
      return all;
    }
  }

  private static boolean isWanted(PartitionInfo info, Topic... only) {
    return Topic.named(info.topic())
        .filter(topic -> only.length == 0 || List.of(only).contains(topic))
        .isPresent();
  }

  /** All facts of a topic. */
  <E extends Event> Stream<E> facts(Topic topic, Class<E> type) {
    return readAll(topic).stream().map(Broker::fact).filter(type::isInstance).map(type::cast);
  }

  static Event fact(ConsumerRecord<byte[], byte[]> entry) {
    return fact(entry.topic(), entry.value());
  }

  /** All that was written about a task, in no order; what is no fact is about none. */
  List<ConsumerRecord<byte[], byte[]>> about(TaskId task) {
    return readAll().stream().filter(entry -> isAbout(entry, task)).toList();
  }

  private static boolean isAbout(ConsumerRecord<byte[], byte[]> entry, TaskId task) {
    if (entry.value() == null) {
      return false;
    }
    try {
      return switch (WIRE.decode(Topic.named(entry.topic()).orElseThrow(), entry.value())) {
        case Event.OfTask fact -> fact.task().equals(task);
        case Event.TaskResolved fact -> fact.request().task().equals(task);
        case Event _ -> false;
      };
    } catch (UnreadableFactException e) {
      return false;
    }
  }

  static Event fact(ProducerRecord<byte[], byte[]> entry) {
    return fact(entry.topic(), entry.value());
  }

  private static Event fact(String topic, byte[] value) {
    try {
      return WIRE.decode(Topic.named(topic).orElseThrow(), value);
    } catch (UnreadableFactException e) {
      throw new AssertionError(topic + " holds " + e.getMessage(), e);
    }
  }

  /** A header as text, or empty text. */
  static String header(ConsumerRecord<byte[], byte[]> entry, String name) {
    Header header = entry.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    producer.close();
  }
}
