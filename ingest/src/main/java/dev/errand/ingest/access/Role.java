package dev.errand.ingest.access;

/** What kind of user a token stands for. */
public enum Role {
  /** Submits tasks and sees its own. */
  PRODUCER,
  /** Sees everybody's tasks and defines environments. */
  OPERATOR,
  /** Gives out tokens as well. */
  ADMIN
}
