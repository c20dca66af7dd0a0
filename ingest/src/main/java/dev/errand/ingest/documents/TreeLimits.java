package dev.errand.ingest.documents;

/**
 * Bounds a tree while it is read: an alias in YAML can stand for a subtree many times over, so the
 * size of the text bounds nothing.
 */
final class TreeLimits {
  /** Our deepest document has 3 levels. */
  static final int MAX_DEPTH = 20;

  /** Our largest document has some hundred. */
  static final int MAX_NODES = 10_000;

  private int nodes;

  void count(Place place, int depth) throws MalformedException {
    nodes++;
    if (nodes > MAX_NODES) {
      throw new MalformedException(place, "there are more than %d values".formatted(MAX_NODES));
    }
    if (depth > MAX_DEPTH) {
      throw new MalformedException(place, "it is nested deeper than %d".formatted(MAX_DEPTH));
    }
  }
}
