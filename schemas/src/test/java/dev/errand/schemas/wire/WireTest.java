package dev.errand.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.UnreadableFactException.Reason;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Facts survive the wire; what is no fact is told from what a newer writer wrote. */
class WireTest {
  private static final int MUTATIONS = 300;

  private final Wire wire = Wire.shipped();

  static Stream<Event> facts() {
    return Facts.all();
  }

  @ParameterizedTest
  @MethodSource("facts")
  void aFactComesBackAsItWas(Event fact) throws UnreadableFactException {
    assertThat(wire.decode(topicOf(fact), wire.encode(fact))).isEqualTo(fact);
  }

  @Test
  void everyTopicIsTried() {
    assertThat(Facts.all().map(WireTest::topicOf).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(Topic.values());
  }

  @ParameterizedTest
  @MethodSource("facts")
  void whatIsCutOffIsMalformed(Event fact) {
    byte[] framed = wire.encode(fact);
    for (int length : new int[] {0, 1, 4, framed.length - 1}) {
      assertReason(topicOf(fact), Arrays.copyOf(framed, length), Reason.MALFORMED);
    }
    assertReason(topicOf(fact), Arrays.copyOf(framed, framed.length + 1), Reason.MALFORMED);
  }

  /** Whatever the bytes say, the answer is a fact or an UnreadableFactException, never a crash. */
  @ParameterizedTest
  @MethodSource("facts")
  void randomDamageIsNeverWorseThanUnreadable(Event fact) {
    Random random = new Random(42);
    byte[] framed = wire.encode(fact);
    int readable = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] damaged = framed.clone();
      int at = 5 + random.nextInt(damaged.length - 5);
      damaged[at] ^= (byte) (1 + random.nextInt(255));
      try {
        wire.decode(topicOf(fact), damaged);
        readable++;
      } catch (UnreadableFactException e) {
        assertThat(e).hasMessageContaining(topicOf(fact).pattern());
      }
    }
    assertThat(readable).isLessThanOrEqualTo(MUTATIONS);
  }

  @Test
  void anotherTopicsFactIsMalformed() {
    byte[] framed = wire.encode(new Event.TaskCompleted(task(), 1, 1));

    assertReason(Topic.TASKS_REQUESTED, framed, Reason.MALFORMED);
  }

  @Test
  void aNewerWritersSchemaIsReadOnceLearned() throws UnreadableFactException {
    Event fact = new Event.TaskCompleted(task(), 1, 1);
    byte[] framed = wire.encode(fact);
    ByteBuffer.wrap(framed).putInt(1, 9_999);

    assertReason(Topic.TASKS_COMPLETED, framed, Reason.UNKNOWN_SCHEMA);
    String text =
        wire.schemas().stream()
            .filter(schema -> schema.subject().equals(Topic.TASKS_COMPLETED.subject()))
            .findFirst()
            .orElseThrow()
            .text();
    wire.learn(new Event.SchemaRegistered(9_999, Topic.TASKS_COMPLETED.subject(), 2, text));
    assertThat(wire.decode(Topic.TASKS_COMPLETED, framed)).isEqualTo(fact);
  }

  @Test
  void aFactBeyondTheLimitIsRefused() {
    String prompt = "x".repeat(Topic.MAX_EVENT_BYTES);
    Event fact =
        new Event.TaskRequested(
            task(),
            new Owner("ada"),
            "key",
            new EnvironmentId("web"),
            0,
            prompt,
            null,
            1,
            Instant.EPOCH);

    assertThatThrownBy(() -> wire.encode(fact)).isInstanceOf(IllegalArgumentException.class);
  }

  private static TaskId task() {
    return new TaskId("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  }

  private static Topic topicOf(Event fact) {
    return Arrays.stream(Topic.values())
        .filter(topic -> topic.event().equals(fact.getClass()))
        .findFirst()
        .orElseThrow();
  }

  private void assertReason(Topic topic, byte[] value, Reason reason) {
    assertThatThrownBy(() -> wire.decode(topic, value))
        .isInstanceOfSatisfying(
            UnreadableFactException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
