package dev.errand.schemas.ids;

import java.util.regex.Pattern;

/** The hash of everything that shapes a prepared container. */
public record Fingerprint(String value) implements Comparable<Fingerprint> {
  private static final Pattern GRAMMAR = Pattern.compile("[0-9a-f]{64}");

  /**
   * @throws IllegalArgumentException when the value is outside the grammar
   */
  public Fingerprint {
    if (!GRAMMAR.matcher(value).matches()) {
      throw new IllegalArgumentException(Grammar.refused("a fingerprint", value, GRAMMAR));
    }
  }

  @Override
  public int compareTo(Fingerprint other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
