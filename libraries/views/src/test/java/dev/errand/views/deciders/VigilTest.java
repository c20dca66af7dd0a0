package dev.errand.views.deciders;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is a gap in a decider's watch depends on how soon it would call a node lost. */
final class VigilTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Vigil vigil = new Vigil(Duration.ofSeconds(60));

  private static Instant at(int second) {
    return START.plusSeconds(second);
  }

  @Test
  void nothingIsKnownBeforeTheFirstWord() {
    vigil.look(at(0), null);

    assertThat(vigil.look(at(5), null)).isEqualTo(at(5));
  }

  @Test
  void wordsThatComeThroughLateAreNoGapUpToAQuarterOfTheLimit() {
    vigil.look(at(0), at(0));
    vigil.look(at(10), at(0));
    assertThat(vigil.look(at(15), at(0))).isEqualTo(at(0));

    assertThat(vigil.look(at(16), at(0))).isEqualTo(at(16));
  }

  @Test
  void aLookThatComesLateIsAGapAlsoWhenTheLastWordIsFresh() {
    vigil.look(at(0), at(0));
    assertThat(vigil.look(at(15), at(14))).isEqualTo(at(0));

    assertThat(vigil.look(at(31), at(30))).isEqualTo(at(31));
  }

  @Test
  void aShortLimitLeavesTimeForOneWordToBeLate() {
    Vigil impatient = new Vigil(Duration.ofSeconds(20));
    impatient.look(at(0), at(0));
    assertThat(impatient.look(at(10), at(0))).isEqualTo(at(0));

    assertThat(impatient.look(at(20), at(9))).isEqualTo(at(20));
  }
}
