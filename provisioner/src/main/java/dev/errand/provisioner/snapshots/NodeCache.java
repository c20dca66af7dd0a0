package dev.errand.provisioner.snapshots;

import dev.errand.cache.Ingredients;
import dev.errand.cache.Snapshot;
import dev.errand.cache.Snapshots;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.BoxSpec;
import dev.errand.sandbox.Boxes;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.SnapshotChanged;
import dev.errand.schemas.Failure;
import dev.errand.schemas.SnapshotChange;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.Fingerprint;
import dev.errand.schemas.ids.RunId;
import dev.errand.stage.Position;
import dev.errand.stage.StageHost;
import dev.errand.stage.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's snapshots. The frozen disk says that one exists, the log says that it is valid: both
 * are required. Safe for any thread.
 */
public final class NodeCache implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeCache.class);

  /** Our own fact, which the broker has just acknowledged: a matter of milliseconds. */
  private static final Duration READ_BACK = Duration.ofSeconds(10);

  private final StageHost host;
  private final Boxes boxes;
  private final long budgetBytes;
  private final Snapshots snapshots = new Snapshots();
  private final Table<SnapshotChanged> log;
  private final BuildLocks locks;
  private final Map<Fingerprint, Failure> failures = new ConcurrentHashMap<>();
  private final Standbys standbys;

  /**
   * @param budgetBytes what all snapshots of this node may take on its disk; 0 keeps none
   * @param maxStandbys boxes that may wait for runs
   */
  public NodeCache(StageHost host, Boxes boxes, long budgetBytes, int maxStandbys) {
    this.standbys = new Standbys(boxes, maxStandbys, host.clock(), this::serves);
    this.host = host;
    this.boxes = boxes;
    this.budgetBytes = budgetBytes;
    this.locks = new BuildLocks(host.data().resolve("builds"), host.ledger()::isOver);
    this.log =
        Table.follow(
            host.connection(),
            host.wire(),
            Topic.SNAPSHOTS,
            SnapshotChanged.class,
            snapshots::apply);
  }

  /** False when what was in the log at the start has not been read in time. */
  public boolean awaitCaughtUp(Duration patience) throws InterruptedException {
    return log.awaitCaughtUp(patience);
  }

  /** What a run that has no box yet starts from; when it is to build, it holds the lock. */
  public Start start(RunId run, EnvironmentId environment, Ingredients wanted)
      throws InterruptedException {
    if (!boxes.frozen().areKept() || budgetBytes == 0) {
      return new Start.Uncached();
    }
    if (!log.awaitCaughtUp(READ_BACK)) {
      LOG.warn("The cache's log is still being read; what it says later is not known yet");
    }
    Fingerprint fingerprint = wanted.fingerprint();
    Optional<Snapshot> found = find(fingerprint);
    if (found.isPresent()) {
      return new Start.Hit(found.get());
    }
    String why = snapshots.missReason(host.node(), environment, wanted, host.clock().instant());
    if (locks.take(fingerprint, run)) {
      failures.remove(fingerprint);
      return new Start.Build(why);
    }
    return locks
        .holder(fingerprint)
        .<Start>map(Start.Join::new)
        .orElseGet(() -> new Start.Build(why)); // it has ended in this moment; the next look tells
  }

  /** What a run may start from now: valid by the log, and its disk is here. */
  public Optional<Snapshot> find(Fingerprint fingerprint) {
    return snapshots
        .find(host.node(), fingerprint, host.clock().instant())
        .filter(snapshot -> boxes.frozen().has(snapshot.box()));
  }

  private boolean serves(BoxId box) {
    Instant now = host.clock().instant();
    return snapshots.on(host.node()).stream()
        .anyMatch(snapshot -> snapshot.box().equals(box) && snapshot.isValid(now));
  }

  /** A box that waits for a run like this one, the run's from now on; empty when none does. */
  public Optional<Box> standby(RunId run, BoxSpec template) {
    return standbys.take(run, template);
  }

  /** Whether the box waits for a run, or is about to. */
  public boolean holds(BoxId box) {
    return standbys.holds(box);
  }

  /** The live run that builds it. */
  public Optional<RunId> builder(Fingerprint fingerprint) {
    return locks.holder(fingerprint);
  }

  /** Why the last build failed that others may have waited for; a new build forgets it. */
  public Optional<Failure> failureOf(Fingerprint fingerprint) {
    return Optional.ofNullable(failures.get(fingerprint));
  }

  /** Whether the box has been frozen. */
  public boolean isFrozen(BoxId box) {
    return boxes.frozen().has(box);
  }

  /** Freezes a box that has been set up, which is gone then. */
  public void freeze(Box box) {
    boxes.freeze(box);
  }

  /** Says that a run has prepared a snapshot, which is frozen; from now on it serves. */
  public void created(
      BoxId box, RunId run, EnvironmentId environment, Ingredients made, CommitSha head)
      throws InterruptedException {
    long bytes = boxes.frozen().freeze(box); // it has been; this tells what it takes
    record(
        box,
        environment,
        made.fingerprint(),
        new SnapshotChange.Created(made.parts(), head, bytes, run));
    locks.release(made.fingerprint(), run);
  }

  /** The run does not build it after all: whoever waits for it may. */
  public void giveUp(Fingerprint fingerprint, RunId run) {
    locks.release(fingerprint, run);
  }

  /** The setup has failed: nothing is kept, and whoever waits for it learns why. */
  public void failed(Fingerprint fingerprint, RunId run, Failure failure) {
    failures.put(fingerprint, failure);
    locks.release(fingerprint, run);
  }

  /** A run's box has started from it. */
  public void used(Snapshot snapshot, RunId run) throws InterruptedException {
    record(
        snapshot.box(),
        snapshot.environment(),
        snapshot.fingerprint(),
        new SnapshotChange.Used(run));
  }

  private void record(
      BoxId box, EnvironmentId environment, Fingerprint fingerprint, SnapshotChange change)
      throws InterruptedException {
    Instant now = host.clock().instant();
    EventId id = EventId.of("snapshot %s %s %s".formatted(host.node(), box, name(change)));
    SnapshotChanged fact =
        new SnapshotChanged(host.node(), box, environment, fingerprint, now, change);
    Position position = host.writer().append(Topic.SNAPSHOTS, id, fact);
    if (!log.await(position, READ_BACK)) {
      LOG.warn("What happened to the snapshot {} is read later", box);
    }
  }

  private static String name(SnapshotChange change) {
    return change instanceof SnapshotChange.Used used
        ? "used " + used.by()
        : change.getClass().getSimpleName();
  }

  /**
   * One look at all snapshots: says which are over, the least recently used among them until the
   * rest fits in the budget, and removes the disks of those that are over and that no box stands
   * on. Nothing before the log has been read.
   *
   * @param live the boxes that are there
   * @param expected those that live runs have or are about to have: their facts may be on their way
   */
  public void sweep(List<Box> live, Set<BoxId> expected) throws InterruptedException {
    if (!log.awaitCaughtUp(Duration.ZERO)) {
      return;
    }
    locks.sweep();
    standbys.sweep();
    Instant now = host.clock().instant();
    Set<BoxId> kept = new HashSet<>(boxes.frozen().all());
    kept.removeAll(expected);
    Set<BoxId> stoodOn =
        live.stream().map(Box::prepared).filter(Objects::nonNull).collect(Collectors.toSet());
    for (Snapshot snapshot : snapshots.on(host.node())) {
      if (snapshot.reason().isEmpty() && snapshot.isOld(now)) {
        say(snapshot, new SnapshotChange.Expired());
      } else if (snapshot.reason().isEmpty()
          && !kept.contains(snapshot.box())
          && !expected.contains(snapshot.box())) {
        say(snapshot, new SnapshotChange.Invalidated("its disk was removed from the node"));
      }
    }
    makeRoom(kept, stoodOn);
    Set<BoxId> valid =
        snapshots.on(host.node()).stream()
            .filter(snapshot -> snapshot.isValid(now))
            .map(Snapshot::box)
            .collect(Collectors.toSet());
    for (BoxId box : kept) {
      if (!valid.contains(box) && !stoodOn.contains(box)) {
        remove(box);
      }
    }
  }

  private void makeRoom(Set<BoxId> kept, Set<BoxId> stoodOn) throws InterruptedException {
    List<Snapshot> here =
        snapshots.on(host.node()).stream()
            .filter(snapshot -> kept.contains(snapshot.box()))
            .sorted(Comparator.comparing(Snapshot::usedAt))
            .toList();
    long taken = here.stream().mapToLong(Snapshot::bytes).sum();
    for (Snapshot snapshot : here) {
      if (taken <= budgetBytes) {
        return;
      }
      if (!stoodOn.contains(snapshot.box())) {
        if (snapshot.reason().isEmpty()) {
          say(snapshot, new SnapshotChange.Invalidated("the cache's disk budget needed its room"));
        }
        taken -= snapshot.bytes();
      }
    }
  }

  private void say(Snapshot snapshot, SnapshotChange change) throws InterruptedException {
    LOG.info("The snapshot {} of {}: {}", snapshot.box(), snapshot.environment(), change);
    record(snapshot.box(), snapshot.environment(), snapshot.fingerprint(), change);
  }

  private void remove(BoxId box) {
    try {
      boxes.frozen().remove(box);
    } catch (ErrandException e) {
      LOG.warn("The next sweep tries again: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    standbys.close();
    log.close();
  }
}
