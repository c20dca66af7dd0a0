package dev.errand.schemas.ids;

import java.time.Instant;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * What a user submitted. A ULID: 26 characters of Crockford's base 32, 48 bits of milliseconds and
 * 80 random bits; sorts by time, safe in a URL, a label and a file name.
 */
public record TaskId(String value) implements Comparable<TaskId> {
  private static final Pattern GRAMMAR = Pattern.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}");
  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int TIME_CHARACTERS = 10; // 48 bits, 5 a character
  private static final int RANDOM_CHARACTERS = 16; // 80 bits, 5 a character

  /**
   * @throws IllegalArgumentException when the value is not a ULID in upper case
   */
  public TaskId {
    if (!GRAMMAR.matcher(value).matches()) {
      throw new IllegalArgumentException(Grammar.refused("a task id", value, GRAMMAR));
    }
  }

  /** A new id of this millisecond. */
  public static TaskId at(Instant now, RandomGenerator random) {
    char[] characters = new char[TIME_CHARACTERS + RANDOM_CHARACTERS];
    long millis = now.toEpochMilli();
    for (int i = TIME_CHARACTERS - 1; i >= 0; i--) {
      characters[i] = ALPHABET.charAt((int) (millis & 31));
      millis >>>= 5;
    }
    for (int i = TIME_CHARACTERS; i < characters.length; i++) {
      characters[i] = ALPHABET.charAt(random.nextInt(32));
    }
    return new TaskId(new String(characters));
  }

  /** The millisecond in which the id was made. */
  public Instant createdAt() {
    long millis = 0;
    for (int i = 0; i < TIME_CHARACTERS; i++) {
      millis = millis << 5 | ALPHABET.indexOf(value.charAt(i));
    }
    return Instant.ofEpochMilli(millis);
  }

  /** The attempt with this number, from 1. */
  public AttemptId attempt(int number) {
    return new AttemptId(this, number);
  }

  @Override
  public int compareTo(TaskId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
