package dev.errand.schemas;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SettingRangeTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void bothEndsAreTaken() {
    SettingRange.require("slots", 1, 1, 96);
    SettingRange.require("slots", 96, 1, 96);
    SettingRange.require("timeout", SECOND, SECOND, SECOND);
  }

  @Test
  void whatIsOutsideIsNamedWithItsRange() {
    assertThatThrownBy(() -> SettingRange.require("slots", 97, 1, 96))
        .hasMessage("slots is 1 to 96, not 97");
    assertThatThrownBy(() -> SettingRange.require("slots", 0, 1, 96))
        .hasMessage("slots is 1 to 96, not 0");
    assertThatThrownBy(
            () -> SettingRange.require("timeout", Duration.ZERO, SECOND, Duration.ofHours(6)))
        .hasMessage("timeout is PT1S to PT6H, not PT0S");
  }
}
