package dev.errand.views.streams;

/** A newer writer's schema has not been learned yet: the record is tried again, never skipped. */
final class SchemaPendingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  SchemaPendingException(String message, Throwable cause) {
    super(message, cause);
  }
}
