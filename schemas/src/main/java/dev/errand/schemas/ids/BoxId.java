package dev.errand.schemas.ids;

import java.util.regex.Pattern;

/**
 * A box: names its directory, sockets and volumes, from before the container exists until after it.
 */
public record BoxId(String value) implements Comparable<BoxId> {
  private static final Pattern GRAMMAR = Pattern.compile("[0-9a-z]{12}");

  /**
   * @throws IllegalArgumentException when the value is outside the grammar
   */
  public BoxId {
    if (!GRAMMAR.matcher(value).matches()) {
      throw new IllegalArgumentException(Grammar.refused("a box id", value, GRAMMAR));
    }
  }

  @Override
  public int compareTo(BoxId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
