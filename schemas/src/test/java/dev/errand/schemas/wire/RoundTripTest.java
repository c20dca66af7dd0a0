package dev.errand.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every fact, not only for examples. */
class RoundTripTest {
  private static final int TRIES = 300; // about 4 s together on two cores
  private static final List<Topic> TOPICS = List.of(Topic.values());
  private static final Wire WIRE = Wire.shipped();
  private static final Wire ANOTHER = Wire.shipped();

  /** What each case draws its values from: a failed one is repeated by its seed. */
  static LongStream seeds() {
    return LongStream.range(0, TRIES);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aFactComesBackAsItWas(long seed) throws UnreadableFactException {
    Event fact = RandomFacts.next(new Random(seed));

    assertThat(WIRE.decode(topicOf(fact), WIRE.encode(fact))).isEqualTo(fact);
  }

  /** A stage that repeats its work after a crash appends the same bytes. */
  @ParameterizedTest
  @MethodSource("seeds")
  void equalFactsAreEqualBytes(long seed) throws UnreadableFactException {
    Event fact = RandomFacts.next(new Random(seed));
    byte[] framed = WIRE.encode(fact);

    assertThat(ANOTHER.encode(WIRE.decode(topicOf(fact), framed))).isEqualTo(framed);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void noPartOfAFactIsAFact(long seed) {
    Random random = new Random(seed);
    Event fact = RandomFacts.next(random);
    byte[] framed = WIRE.encode(fact);
    byte[] part = Arrays.copyOf(framed, random.nextInt(framed.length));

    assertThatExceptionOfType(UnreadableFactException.class)
        .isThrownBy(() -> WIRE.decode(topicOf(fact), part));
  }

  /** Whatever lies in a topic, reading it says "unreadable" or gives a fact; it never crashes. */
  @ParameterizedTest
  @MethodSource("seeds")
  void anyBytesAreReadOrRefused(long seed) {
    Random random = new Random(seed);
    Topic topic = TOPICS.get(random.nextInt(TOPICS.size()));
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    byte[] framed = new byte[bytes.length + 5];
    System.arraycopy(bytes, 0, framed, 5, bytes.length);
    framed[4] = (byte) (1 + random.nextInt(WIRE.schemas().size()));
    for (byte[] value : new byte[][] {bytes, framed}) {
      try {
        assertThat(WIRE.decode(topic, value)).isInstanceOf(topic.event());
      } catch (UnreadableFactException e) {
        assertThat(e).hasMessageContaining(topic.pattern());
      }
    }
  }

  private static Topic topicOf(Event fact) {
    return Arrays.stream(Topic.values())
        .filter(topic -> topic.event().equals(fact.getClass()))
        .findFirst()
        .orElseThrow();
  }
}
