package dev.errand.egress;

/** A client or a server that did not keep to the protocol; the message says what was wrong. */
final class MalformedException extends Exception {
  private static final long serialVersionUID = 1;

  private final String reason;

  MalformedException(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
