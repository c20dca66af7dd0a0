package dev.errand.schemas.ids;

import java.util.regex.Pattern;

/** A commit's full object name, SHA-1 or SHA-256, in lower case. */
public record CommitSha(String value) implements Comparable<CommitSha> {
  private static final Pattern GRAMMAR = Pattern.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?");

  /**
   * @throws IllegalArgumentException when the value is outside the grammar
   */
  public CommitSha {
    if (!GRAMMAR.matcher(value).matches()) {
      throw new IllegalArgumentException(Grammar.refused("a full commit id", value, GRAMMAR));
    }
  }

  @Override
  public int compareTo(CommitSha other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
