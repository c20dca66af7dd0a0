package dev.errand.schemas.ids;

import java.util.regex.Pattern;

/** One Docker engine with the worker services beside it; safe in topics, labels and file names. */
public record NodeName(String value) implements Comparable<NodeName> {
  private static final Pattern GRAMMAR = Pattern.compile("[a-z0-9-]{1,40}");

  /**
   * @throws IllegalArgumentException when the value is outside the grammar
   */
  public NodeName {
    if (!GRAMMAR.matcher(value).matches()) {
      throw new IllegalArgumentException(Grammar.refused("a node name", value, GRAMMAR));
    }
  }

  /** Whether a text is a node's name. */
  public static boolean isValid(String text) {
    return GRAMMAR.matcher(text).matches();
  }

  @Override
  public int compareTo(NodeName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
