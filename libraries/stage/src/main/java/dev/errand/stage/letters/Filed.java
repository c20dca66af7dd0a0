package dev.errand.stage.letters;

import dev.errand.schemas.Event.DeadLettered;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A dead letter where it lies.
 *
 * @param at when it was kept
 * @param letter without its value where many are listed
 * @param bytes of its value
 */
public record Filed(Id id, Instant at, DeadLettered letter, int bytes) {

  /** Its place in the topic of dead letters; written {@code <partition>-<offset>}. */
  public record Id(int partition, long offset) {
    private static final Pattern GRAMMAR = Pattern.compile("([0-9]{1,6})-([0-9]{1,18})");

    /** Empty for what is no such place. */
    public static Optional<Id> parse(String text) {
      Matcher matcher = GRAMMAR.matcher(text);
      return matcher.matches()
          ? Optional.of(
              new Id(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2))))
          : Optional.empty();
    }

    @Override
    public String toString() {
      return partition + "-" + offset;
    }
  }
}
