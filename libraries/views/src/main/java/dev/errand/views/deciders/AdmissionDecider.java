package dev.errand.views.deciders;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.Wire;
import dev.errand.views.streams.StreamsApp;
import dev.errand.views.streams.StreamsSettings;
import java.util.Optional;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.QueryableStoreTypes;

/**
 * Decides about resolved tasks: {@code tasks.resolved} becomes admitted and submitted, or rejected.
 * All instances together decide; each about the owners whose partitions it has. Thread-safe.
 */
public final class AdmissionDecider implements AutoCloseable {
  /** Part of event ids: never changes. */
  static final StageName NAME = new StageName("admission");

  /** The version of the state's bytes. */
  private static final int STATE = 1;

  private final StreamsApp app;

  private AdmissionDecider(StreamsApp app) {
    this.app = app;
  }

  /**
   * Starts to decide; the topics exist already.
   *
   * @throws ErrandException BROKER_UNAVAILABLE when it cannot start
   */
  public static AdmissionDecider start(StreamsSettings settings, Wire wire) {
    return new AdmissionDecider(
        StreamsApp.start("errand-admission-v" + STATE, () -> AdmissionTopology.of(wire), settings));
  }

  public boolean ready() {
    return app.isRunning();
  }

  /**
   * The task that first used the request's key, with the same content, for 7 days. Such a request
   * gets no fact of its own: whoever waits for it finds the first task here. With other content it
   * is refused by a fact. Empty also for an owner whom another instance decides about.
   *
   * @throws ErrandException BROKER_UNAVAILABLE while the state is being rebuilt
   */
  public Optional<TaskId> originalOf(Event.TaskRequested request) {
    return accepted(request.owner(), request.idempotencyKey())
        .filter(accepted -> accepted.digest().equals(Accepted.digestOf(request)))
        .map(Accepted::task);
  }

  private Optional<Accepted> accepted(Owner owner, String idempotencyKey) {
    try {
      byte[] stored =
          app.streams()
              .store(
                  StoreQueryParameters.fromNameAndType(
                          AdmissionTopology.STORE,
                          QueryableStoreTypes.<String, byte[]>keyValueStore())
                      .enableStaleStores()) // answers during a rebalance too
              .get(AdmissionTopology.storeKey(owner, idempotencyKey));
      return Optional.ofNullable(stored).map(Accepted::of);
    } catch (InvalidStateStoreException e) {
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE, "Admission is starting; try again.", e);
    }
  }

  @Override
  public void close() {
    app.close();
  }
}
