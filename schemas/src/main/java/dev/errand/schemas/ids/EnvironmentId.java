package dev.errand.schemas.ids;

import java.util.regex.Pattern;

/** An environment's name: 1 to 40 of a-z, 0-9 and inner dashes. */
public record EnvironmentId(String value) implements Comparable<EnvironmentId> {
  private static final Pattern GRAMMAR = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?");

  /**
   * @throws IllegalArgumentException when the value is outside the grammar
   */
  public EnvironmentId {
    if (!GRAMMAR.matcher(value).matches()) {
      throw new IllegalArgumentException(Grammar.refused("an environment id", value, GRAMMAR));
    }
  }

  @Override
  public int compareTo(EnvironmentId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
