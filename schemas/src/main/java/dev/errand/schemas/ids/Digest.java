package dev.errand.schemas.ids;

import java.util.regex.Pattern;

/** The SHA-256 of an artifact's bytes, in lower-case hex. */
public record Digest(String value) implements Comparable<Digest> {
  private static final Pattern GRAMMAR = Pattern.compile("[0-9a-f]{64}");

  /**
   * @throws IllegalArgumentException when the value is outside the grammar
   */
  public Digest {
    if (!GRAMMAR.matcher(value).matches()) {
      throw new IllegalArgumentException(Grammar.refused("a SHA-256 digest", value, GRAMMAR));
    }
  }

  @Override
  public int compareTo(Digest other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
