package dev.errand.schemas.ids;

import java.util.regex.Pattern;

/** A secret's name: it becomes an environment variable. */
public record SecretName(String value) implements Comparable<SecretName> {
  private static final Pattern GRAMMAR = Pattern.compile("[A-Z_][A-Z0-9_]{0,63}");

  /**
   * @throws IllegalArgumentException when the value is outside the grammar
   */
  public SecretName {
    if (!GRAMMAR.matcher(value).matches()) {
      throw new IllegalArgumentException(Grammar.refused("a secret's name", value, GRAMMAR));
    }
  }

  @Override
  public int compareTo(SecretName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
