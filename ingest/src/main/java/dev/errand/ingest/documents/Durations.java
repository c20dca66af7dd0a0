package dev.errand.ingest.documents;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as people write them: 20m, 90s, 1h30m. */
final class Durations {
  private static final Pattern GRAMMAR =
      Pattern.compile("(?:([0-9]{1,4})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,8})s)?");

  private Durations() {}

  /**
   * @throws IllegalArgumentException when the text is no time
   */
  static Duration parse(String text) {
    Matcher matcher = GRAMMAR.matcher(text);
    if (text.isEmpty() || !matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a time; write it as 20m, 90s or 1h30m".formatted(text));
    }
    return Duration.ofHours(number(matcher, 1))
        .plusMinutes(number(matcher, 2))
        .plusSeconds(number(matcher, 3));
  }

  private static long number(Matcher matcher, int group) {
    return matcher.group(group) == null ? 0 : Long.parseLong(matcher.group(group));
  }

  /** Hours, minutes and seconds, those that are not 0. */
  static String text(Duration duration) {
    String text =
        (duration.toHours() == 0 ? "" : duration.toHours() + "h")
            + (duration.toMinutesPart() == 0 ? "" : duration.toMinutesPart() + "m")
            + (duration.toSecondsPart() == 0 ? "" : duration.toSecondsPart() + "s");
    return text.isEmpty() ? "0s" : text;
  }
}
