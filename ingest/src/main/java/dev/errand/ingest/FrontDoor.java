package dev.errand.ingest;

import dev.errand.ingest.access.Caller;
import dev.errand.ingest.access.Tokens;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
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

  /** Where the tokens lie, in a process that opens no door of its own. */
  private final AtomicReference<@Nullable Path> elsewhere = new AtomicReference<>();

  static Path tokens(Path data) {
    return data.resolve("server/tokens.json");
  }

  /**
   * Has this process, which opens no door, know the callers of the one on the same data folder: it
   * gives out metrics of its own.
   */
  public void standBeside(Path data) {
    elsewhere.set(tokens(data));
  }

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

  /**
   * Whose token this is; empty when it is none of ours, or was revoked.
   *
   * @throws ErrandException BROKER_UNAVAILABLE before the start
   */
  Optional<Caller> authenticate(String token) {
    Path tokens = elsewhere.get();
    // Read each time: a small file, and what was revoked a moment ago is in it no longer.
    return tokens == null
        ? services().tokens().authenticate(token)
        : Tokens.written(tokens).authenticate(token);
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
