package dev.errand.ingest.documents;

/** What a document is written in. */
public enum Syntax {
  JSON,
  YAML
}
