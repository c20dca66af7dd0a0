package dev.errand.schemas.ids;

import java.util.regex.Pattern;

/** A stage's name; part of event ids, journal files and share groups, so it never changes. */
public record StageName(String value) implements Comparable<StageName> {
  private static final Pattern GRAMMAR = Pattern.compile("[a-z][a-z-]{0,30}");

  /**
   * @throws IllegalArgumentException when the value is outside the grammar
   */
  public StageName {
    if (!GRAMMAR.matcher(value).matches()) {
      throw new IllegalArgumentException(Grammar.refused("a stage name", value, GRAMMAR));
    }
  }

  @Override
  public int compareTo(StageName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
