package dev.errand.views.deciders;

import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.TaskId;
import dev.errand.views.streams.StreamsSettings;
import java.util.Optional;

/**
 * Decides about resolved tasks: {@code tasks.resolved} becomes admitted and submitted, or rejected.
 */
public final class AdmissionDecider implements AutoCloseable {
  private AdmissionDecider() {}

  public static AdmissionDecider start(StreamsSettings settings) {
    return new AdmissionDecider();
  }

  public boolean ready() {
    return false;
  }

  /**
   * The task that first used the key, for 7 days. A request with the same key and content gets no
   * fact of its own: whoever waits for it finds the first task here.
   */
  public Optional<TaskId> originalOf(Owner owner, String idempotencyKey) {
    return Optional.empty();
  }

  @Override
  public void close() {}
}
