package dev.errand.ingest;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The front door's switch: HTTP is served from the process's start on, and answers
 * BROKER_UNAVAILABLE until {@link #start} has returned and after {@link #close}. Thread-safe.
 */
@ApplicationScoped
public class FrontDoor implements AutoCloseable {
  private final AtomicReference<@Nullable Services> services = new AtomicReference<>();

  /**
   * Opens the door: reads what has been defined, shows the schemas, starts to admit. Blocks until
   * that is done, a few seconds.
   *
   * @throws ErrandException BROKER_UNAVAILABLE when the topics cannot be read in time
   */
  public void start(FrontDoorParts parts) throws InterruptedException {
    Services started = Services.start(parts);
    if (!services.compareAndSet(null, started)) {
      started.close();
      throw new IllegalStateException("the front door is open already");
    }
  }

  /**
   * What keeps tasks from being taken: what has not caught up or does not decide yet, or a broker
   * that is away. Nothing when they are.
   */
  public List<String> missing() {
    Services started = services.get();
    try {
      return started == null ? List.of("front-door") : started.missing();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of("front-door");
    }
  }

  /**
   * What answers requests.
   *
   * @throws ErrandException BROKER_UNAVAILABLE before the start
   */
  Services services() {
    return find()
        .orElseThrow(
            () ->
                new ErrandException(
                    FailureCode.BROKER_UNAVAILABLE, "the server is starting; try again soon"));
  }

  Optional<Services> find() {
    return Optional.ofNullable(services.get());
  }

  /** Stops to admit; work that was admitted goes on. */
  @Override
  public void close() {
    Services started = services.getAndSet(null);
    if (started != null) {
      started.close();
    }
  }
}
