package dev.errand.schemas;

import java.time.Duration;

/** Refuses what a setting does not take, by the setting's name and with what it takes. */
public final class SettingRange {
  private SettingRange() {}

  /**
   * @param least taken, as is the most
   * @throws IllegalArgumentException when the value is outside
   */
  public static void require(String setting, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %d to %d, not %d".formatted(setting, least, most, value));
    }
  }

  /**
   * @param least taken, as is the most
   * @throws IllegalArgumentException when the value is outside
   */
  public static void require(String setting, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "%s is %s to %s, not %s".formatted(setting, least, most, value));
    }
  }
}
