package dev.errand.provisioner.snapshots;

import dev.errand.cache.Ingredients;
import dev.errand.cache.Snapshot;
import dev.errand.cache.Snapshots;
import dev.errand.schemas.Event.SnapshotChanged;
import dev.errand.schemas.SnapshotChange;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.Fingerprint;
import dev.errand.stage.Position;
import dev.errand.stage.StageHost;
import dev.errand.stage.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is known of this node's snapshots by the topic's facts, and what it adds to them. */
final class SnapshotLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotLog.class);

  /** Our own fact, which the broker has just acknowledged: a matter of milliseconds. */
  private static final Duration READ_BACK = Duration.ofSeconds(10);

  private final StageHost host;
  private final Snapshots snapshots = new Snapshots();
  private final Table<SnapshotChanged> facts;

  SnapshotLog(StageHost host) {
    this.host = host;
    this.facts =
        Table.follow(
            host.connection(),
            host.wire(),
            Topic.SNAPSHOTS,
            SnapshotChanged.class,
            snapshots::apply);
  }

  /** False when what was in the log at the start has not been read in time. */
  boolean awaitCaughtUp(Duration patience) throws InterruptedException {
    return facts.awaitCaughtUp(patience);
  }

  /** As a run needs it before it decides: what was told before the start has been read. */
  void requireCaughtUp() throws InterruptedException {
    if (!awaitCaughtUp(READ_BACK)) {
      LOG.warn("The cache's log is still being read; what it says later is not known yet");
    }
  }

  /** All of this node, valid or not. */
  List<Snapshot> here() {
    return snapshots.on(host.node());
  }

  /** What runs may start from now, as far as the log says. */
  List<Snapshot> valid() {
    Instant now = host.clock().instant();
    return here().stream().filter(snapshot -> snapshot.isValid(now)).toList();
  }

  Optional<Snapshot> valid(Fingerprint fingerprint) {
    return snapshots.find(host.node(), fingerprint, host.clock().instant());
  }

  Optional<Snapshot> find(BoxId box) {
    return here().stream().filter(snapshot -> snapshot.box().equals(box)).findFirst();
  }

  String missReason(EnvironmentId environment, Ingredients wanted) {
    return snapshots.missReason(host.node(), environment, wanted, host.clock().instant());
  }

  /** Tells what happened to one that is known, and has read it when it returns. */
  void tell(Snapshot snapshot, SnapshotChange change) throws InterruptedException {
    LOG.info("The snapshot {} of {}: {}", snapshot.box(), snapshot.environment(), change);
    tell(snapshot.box(), snapshot.environment(), snapshot.fingerprint(), change);
  }

  /** Its name makes it one fact, however often it is told. */
  void tell(BoxId box, EnvironmentId environment, Fingerprint fingerprint, SnapshotChange change)
      throws InterruptedException {
    Instant now = host.clock().instant();
    EventId id = EventId.of("snapshot %s %s %s".formatted(host.node(), box, name(change)));
    SnapshotChanged fact =
        new SnapshotChanged(host.node(), box, environment, fingerprint, now, change);
    Position position = host.writer().append(Topic.SNAPSHOTS, id, fact);
    if (!(change instanceof SnapshotChange.Used) // an agent waits, and nothing depends on it
        && !facts.await(position, READ_BACK)) {
      LOG.warn("What happened to the snapshot {} is read later", box);
    }
  }

  private static String name(SnapshotChange change) {
    return change instanceof SnapshotChange.Used used
        ? "used " + used.by()
        : change.getClass().getSimpleName();
  }

  @Override
  public void close() {
    facts.close();
  }
}
