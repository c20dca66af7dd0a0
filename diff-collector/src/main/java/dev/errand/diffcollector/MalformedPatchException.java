package dev.errand.diffcollector;

/** A patch that is not what our git would have written; the reason says where. */
final class MalformedPatchException extends Exception {
  private static final long serialVersionUID = 1;

  private final String reason;

  MalformedPatchException(String reason) {
    super(reason);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
