package dev.errand.stage;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a fact lies; written {@code topic:partition:offset}. A reader who has passed it has seen
 * the fact.
 */
public record Position(String topic, int partition, long offset) {
  private static final Pattern GRAMMAR =
      Pattern.compile("([a-zA-Z0-9._-]{1,249}):([0-9]{1,9}):([0-9]{1,18})");

  /**
   * @throws IllegalArgumentException when the text is no position
   */
  public static Position parse(String text) {
    Matcher matcher = GRAMMAR.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("a position is topic:partition:offset");
    }
    return new Position(
        matcher.group(1), Integer.parseInt(matcher.group(2)), Long.parseLong(matcher.group(3)));
  }

  @Override
  public String toString() {
    return topic + ":" + partition + ":" + offset;
  }
}
