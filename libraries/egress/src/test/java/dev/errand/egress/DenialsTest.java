package dev.errand.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event.Progress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DenialsTest {
  private final List<Progress> told = new ArrayList<>();

  @Test
  void tellsOfTheFirstAndOfTheSum() {
    try (var denials = new Denials(told::add)) {
      denials.add(new Denial("a.example", 443, "internet-off"));
      denials.add(new Denial("b.example", 443, "internet-off"));
      denials.add(new Denial("a.example", 443, "internet-off"));
      denials.add(new Denial("a.example", 443, "internet-off"));
    }

    assertThat(told)
        .containsExactly(
            new Progress.Denied("a.example", 443, "internet-off", 1),
            new Progress.Denied("b.example", 443, "internet-off", 1),
            new Progress.Denied("a.example", 443, "internet-off", 3));
  }

  @Test
  void tellsOfAHundredHostsAtMost() {
    try (var denials = new Denials(told::add)) {
      for (int i = 0; i < 1_000; i++) {
        denials.add(new Denial("host-%d.example".formatted(i), 443, "internet-off"));
      }
    }

    assertThat(told).hasSize(Denials.MAX_DISTINCT);
  }
}
