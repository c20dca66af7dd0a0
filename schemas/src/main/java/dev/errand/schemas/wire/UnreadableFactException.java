package dev.errand.schemas.wire;

import org.jspecify.annotations.Nullable;

/** A value that is no fact of its topic, or not one that this build can read. */
public final class UnreadableFactException extends Exception {
  private static final long serialVersionUID = 1;

  /** What is wrong with the value. */
  public enum Reason {
    /** Poison: no version of ours would read it. */
    MALFORMED,
    /** A newer writer's schema: readable once it is learned. */
    UNKNOWN_SCHEMA
  }

  private final Reason reason;

  UnreadableFactException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  UnreadableFactException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
