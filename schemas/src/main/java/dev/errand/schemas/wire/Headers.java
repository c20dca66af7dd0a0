package dev.errand.schemas.wire;

/** The names of the headers that records carry beside their value. */
public final class Headers {
  /** The fact's id, a UUID as text. */
  public static final String EVENT_ID = "event-id";

  /** W3C trace context: one task is one trace. */
  public static final String TRACE_PARENT = "traceparent";

  /** How many times the stage machine appended the record again, a number as text. */
  public static final String REQUEUED = "requeued";

  /** Which key signed a record of the public inbox: a token's id. */
  public static final String INBOX_KEY = "errand-key";

  /** When it was signed, in milliseconds since 1970 as text. */
  public static final String INBOX_TIME = "errand-time";

  /** The signature over topic, time and value, in lower-case hex. */
  public static final String INBOX_SIGNATURE = "errand-signature";

  private Headers() {}
}
