package dev.errand.stage;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The topic of schemas, for whoever holds a record that nothing known here can read. A writer shows
 * its schemas before its first record. Safe for any thread.
 */
final class NewerSchemas {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final StageHost host;
  private final ReentrantLock reading = new ReentrantLock();
  private boolean read; // guarded by reading, like the one below
  private long readSince; // System.nanoTime when the last whole reading began

  NewerSchemas(StageHost host) {
    this.host = host;
  }

  /**
   * Learns what lies in the topic. One reading serves all who came before it began, so that a flood
   * of unreadable records costs a few.
   *
   * @return false when the broker did not answer in time
   */
  boolean learn() throws InterruptedException {
    long asked = System.nanoTime();
    reading.lockInterruptibly();
    try {
      if (read && readSince - asked >= 0) {
        return true;
      }
      long begun = System.nanoTime();
      try (Table<Event.SchemaRegistered> schemas =
          Table.follow(
              host.connection(), host.wire(), Topic.SCHEMAS, Event.SchemaRegistered.class)) {
        boolean whole = schemas.awaitCaughtUp(PATIENCE);
        schemas.all().forEach(host.wire()::learn);
        if (whole) {
          read = true;
          readSince = begun;
        }
        return whole;
      }
    } finally {
      reading.unlock();
    }
  }
}
