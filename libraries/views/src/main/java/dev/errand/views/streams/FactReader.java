package dev.errand.views.streams;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Reads facts inside a processor, so that poison is ours to handle. */
public final class FactReader {
  /** The schema of a new writer lies on its topic before its first fact: seconds are plenty. */
  private static final Duration SCHEMA_PATIENCE = Duration.ofSeconds(2);

  private static final Duration SCHEMA_POLL = Duration.ofMillis(50);

  private final Wire wire;

  public FactReader(Wire wire) {
    this.wire = wire;
  }

  /**
   * Reads a fact, waiting a moment for a schema that is not known yet. When it stays unknown, the
   * stream thread is stopped and tries the record again: nothing is skipped for being new.
   *
   * @throws UnreadableFactException when the value is poison
   */
  public Event read(Topic topic, byte @Nullable [] value) throws UnreadableFactException {
    // A tombstone is no fact of ours either.
    byte[] framed = value == null ? new byte[0] : value;
    for (long waited = 0; ; waited += SCHEMA_POLL.toNanos()) {
      try {
        return wire.decode(topic, framed);
      } catch (UnreadableFactException e) {
        if (e.reason() == UnreadableFactException.Reason.MALFORMED) {
          throw e;
        }
        if (waited >= SCHEMA_PATIENCE.toNanos()) {
          throw new SchemaPendingException("nobody has told the schema of a record yet", e);
        }
        LockSupport.parkNanos(SCHEMA_POLL.toNanos());
      }
    }
  }
}
