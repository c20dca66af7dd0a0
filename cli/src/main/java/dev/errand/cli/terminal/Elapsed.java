package dev.errand.cli.terminal;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** How long something took or is ago, in one unit. */
public final class Elapsed {
  private Elapsed() {}

  /** Since a time in ISO 8601, or "-" when the text is none. */
  public static String since(String start, Instant now) {
    Instant from = instant(start);
    return from == null ? "-" : of(Duration.between(from, now));
  }

  /** Nothing when it is negative: clocks differ. */
  public static String of(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 120) {
      return seconds + " s";
    }
    if (seconds < 7_200) {
      return seconds / 60 + " min";
    }
    return seconds < 172_800 ? seconds / 3_600 + " h" : seconds / 86_400 + " d";
  }

  /** The time that a text in ISO 8601 tells, or null. */
  public static @Nullable Instant instant(String text) {
    try {
      return text.isEmpty() ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
