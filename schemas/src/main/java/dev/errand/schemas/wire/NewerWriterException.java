package dev.errand.schemas.wire;

/** A value that this build has no name for: written by a newer one. */
final class NewerWriterException extends Exception {
  private static final long serialVersionUID = 1;

  NewerWriterException(String message) {
    super(message);
  }
}
