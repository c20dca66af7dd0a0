package dev.errand.views.deciders;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is a gap in a decider's watch depends on how soon it would call a node lost. */
final class VigilTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration SIX = Duration.ofSeconds(6);

  @Test
  void aBrokerThatWasGoneForMoreThanAQuarterOfTheLimitIsAGap() {
    assertThat(sinceAfterSilence(Duration.ofSeconds(20))).isEqualTo(START.plusSeconds(1));
  }

  @Test
  void aShorterAbsenceIsNone() {
    assertThat(sinceAfterSilence(Duration.ofSeconds(60))).isEqualTo(START);
  }

  private static Instant sinceAfterSilence(Duration limit) {
    Vigil vigil = new Vigil(limit);
    vigil.look(START, Duration.ZERO);
    vigil.look(START.plusSeconds(1), SIX);
    return vigil.look(START.plusSeconds(2), Duration.ZERO);
  }
}
