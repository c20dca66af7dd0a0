package dev.errand.ingest.documents;

/** Where something stands in a text, both from 1. */
record Place(int line, int column) {
  @Override
  public String toString() {
    return "line %d, column %d".formatted(line, column);
  }
}
