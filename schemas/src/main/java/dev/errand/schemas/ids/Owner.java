package dev.errand.schemas.ids;

import java.util.regex.Pattern;

/** Who a task belongs to: the name on the token that submitted it. */
public record Owner(String value) implements Comparable<Owner> {
  private static final Pattern GRAMMAR = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  /**
   * @throws IllegalArgumentException when the value is outside the grammar
   */
  public Owner {
    if (!GRAMMAR.matcher(value).matches()) {
      throw new IllegalArgumentException(Grammar.refused("an owner", value, GRAMMAR));
    }
  }

  @Override
  public int compareTo(Owner other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
