package dev.errand.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What holds for every fact, not only for examples. */
class RoundTripTest {
  private static final int TRIES = 300; // about 4 s together on two cores
  private static final Wire WIRE = Wire.shipped();
  private static final Wire ANOTHER = Wire.shipped();

  @Provide
  Arbitrary<Event> facts() {
    return Arbitraries.randomValue(RandomFacts::next);
  }

  @Property(tries = TRIES)
  void aFactComesBackAsItWas(@ForAll("facts") Event fact) throws UnreadableFactException {
    assertThat(WIRE.decode(topicOf(fact), WIRE.encode(fact))).isEqualTo(fact);
  }

  /** A stage that repeats its work after a crash appends the same bytes. */
  @Property(tries = TRIES)
  void equalFactsAreEqualBytes(@ForAll("facts") Event fact) throws UnreadableFactException {
    byte[] framed = WIRE.encode(fact);

    assertThat(ANOTHER.encode(WIRE.decode(topicOf(fact), framed))).isEqualTo(framed);
  }

  @Property(tries = TRIES)
  void noPartOfAFactIsAFact(@ForAll("facts") Event fact, @ForAll int cut) {
    byte[] framed = WIRE.encode(fact);
    byte[] part = Arrays.copyOf(framed, Math.floorMod(cut, framed.length));

    assertThatExceptionOfType(UnreadableFactException.class)
        .isThrownBy(() -> WIRE.decode(topicOf(fact), part));
  }

  /** Whatever lies in a topic, reading it says "unreadable" or gives a fact; it never crashes. */
  @Property(tries = TRIES)
  void anyBytesAreReadOrRefused(
      @ForAll @Size(max = 200) byte[] bytes,
      @ForAll Topic topic,
      @ForAll @IntRange(min = 1, max = 21) int id) {
    byte[] framed = new byte[bytes.length + 5];
    System.arraycopy(bytes, 0, framed, 5, bytes.length);
    framed[4] = (byte) id;
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
