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
import net.jqwik.api.constraints.Size;

/** What holds for every fact, not only for examples. */
class RoundTripTest {
  private final Wire wire = Wire.shipped();

  @Provide
  Arbitrary<Event> facts() {
    return Arbitraries.randomValue(RandomFacts::next);
  }

  @Property
  void aFactComesBackAsItWas(@ForAll("facts") Event fact) throws UnreadableFactException {
    assertThat(wire.decode(topicOf(fact), wire.encode(fact))).isEqualTo(fact);
  }

  /** A stage that repeats its work after a crash appends the same bytes. */
  @Property
  void equalFactsAreEqualBytes(@ForAll("facts") Event fact) throws UnreadableFactException {
    byte[] framed = wire.encode(fact);

    assertThat(Wire.shipped().encode(wire.decode(topicOf(fact), framed))).isEqualTo(framed);
  }

  @Property
  void noPartOfAFactIsAFact(@ForAll("facts") Event fact, @ForAll int cut) {
    byte[] framed = wire.encode(fact);
    byte[] part = Arrays.copyOf(framed, Math.floorMod(cut, framed.length));

    assertThatExceptionOfType(UnreadableFactException.class)
        .isThrownBy(() -> wire.decode(topicOf(fact), part));
  }

  /** Whatever lies in a topic, reading it says "unreadable" or gives a fact; it never crashes. */
  @Property
  void anyBytesAreReadOrRefused(@ForAll @Size(max = 200) byte[] bytes, @ForAll Topic topic) {
    byte[] framed = new byte[bytes.length + 5];
    System.arraycopy(bytes, 0, framed, 5, bytes.length);
    framed[4] = (byte) (1 + topic.ordinal());
    for (byte[] value : new byte[][] {bytes, framed}) {
      try {
        assertThat(wire.decode(topic, value)).isInstanceOf(topic.event());
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
