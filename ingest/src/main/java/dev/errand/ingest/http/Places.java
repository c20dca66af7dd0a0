package dev.errand.ingest.http;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/** A bounded number of followers: each holds a connection, and some a consumer of the broker. */
public final class Places {
  private final Semaphore free;
  private final int max;

  public Places(int max) {
    this.max = max;
    this.free = new Semaphore(max);
  }

  /**
   * Takes a place until it is closed.
   *
   * @throws ErrandException FOLLOWERS_FULL when all are taken
   */
  public Place take() {
    if (!free.tryAcquire()) {
      throw new ErrandException(
          FailureCode.FOLLOWERS_FULL, "all %d places of followers are taken".formatted(max));
    }
    AtomicBoolean given = new AtomicBoolean();
    return () -> {
      if (given.compareAndSet(false, true)) {
        free.release();
      }
    };
  }

  /** One follower's place; free again when it is closed for the first time. */
  public interface Place extends AutoCloseable {
    @Override
    void close();
  }
}
