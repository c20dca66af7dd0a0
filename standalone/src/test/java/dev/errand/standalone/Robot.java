package dev.errand.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.schemas.Event.TaskRequested;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.TaskId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** A producer of the public inbox that signs as the documentation says. */
record Robot(String owner, String key, String inboxKey) {
  private static final Random RANDOM = new Random();

  static Robot hired(String owner) {
    JsonNode token = Door.newToken(owner, "producer");
    return new Robot(owner, token.path("id").asText(), token.path("inboxKey").asText());
  }

  TaskRequested request(String environment, String prompt) {
    return request(environment, prompt, Instant.now());
  }

  /** A request whose id says that it was made at this time. */
  TaskRequested request(String environment, String prompt, Instant at) {
    TaskId task = TaskId.at(at, RANDOM);
    return new TaskRequested(
        task,
        new Owner(owner),
        task.value(),
        new EnvironmentId(environment),
        0,
        prompt,
        null,
        1,
        Instant.now());
  }

  ProducerRecord<byte[], byte[]> signed(TaskRequested request) {
    return signed(Broker.WIRE.encode(request), Instant.now());
  }

  /** Any bytes, signed as of a time. */
  ProducerRecord<byte[], byte[]> signed(byte[] value, Instant at) {
    ProducerRecord<byte[], byte[]> entry = unsigned(value);
    String time = Long.toString(at.toEpochMilli());
    header(entry, "errand-key", key);
    header(entry, "errand-time", time);
    header(entry, "errand-signature", signature(time, value));
    return entry;
  }

  static ProducerRecord<byte[], byte[]> unsigned(byte @Nullable [] value) {
    return new ProducerRecord<>(Topic.TASKS_REQUESTED.pattern(), null, value);
  }

  static void header(ProducerRecord<byte[], byte[]> entry, String name, String text) {
    entry.headers().remove(name);
    entry.headers().add(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private String signature(String time, byte[] value) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(HexFormat.of().parseHex(inboxKey), "HmacSHA256"));
      String head = Topic.TASKS_REQUESTED.pattern() + "\n" + time + "\n";
      mac.update(head.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(value));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
