package dev.errand.provisioner;

import dev.errand.provisioner.snapshots.NodeCache;
import dev.errand.provisioner.turns.KeptBoxes;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.Boxes;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.AttemptEnded;
import dev.errand.schemas.Event.Outcome;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.stage.Ledger;
import dev.errand.stage.StageHost;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes boxes that no run needs any more; the only one on a node that does. A run's end removes
 * its raw logs at once, and its box unless that is kept for a follow-up; a sweep finds the boxes
 * that are left: of runs that ended while nobody listened, and those that were made and never
 * claimed. What the ledger does not know yet is not touched: the first sweep waits until it has
 * read everything.
 */
final class Reaper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);

  /** Removing takes the engine a quarter of a second and little of our own. */
  private static final int THREADS = 2;

  private static final Duration SWEEP = Duration.ofSeconds(15);
  private static final Duration LEDGER_PATIENCE = Duration.ofSeconds(5);
  private static final Duration CLOSE = Duration.ofSeconds(10);

  private final Boxes boxes;
  private final StageHost host;
  private final Ledger ledger;
  private final NodeName node;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final NodeCache cache;
  private final KeptBoxes kept;
  private final Predicate<BoxId> inUse;
  private final Set<RunId> ending = ConcurrentHashMap.newKeySet();
  private final Map<BoxId, String> stuck = new ConcurrentHashMap<>();
  private final ExecutorService removers =
      Executors.newFixedThreadPool(THREADS, Thread.ofPlatform().name("reaper-", 0).factory());
  private boolean adopted; // the sweeping thread's
  private @Nullable Thread sweeper;

  /**
   * @param inUse the boxes that are nobody's run's and still not left
   */
  Reaper(Boxes boxes, StageHost host, NodeCache cache, KeptBoxes kept, Predicate<BoxId> inUse) {
    this.boxes = boxes;
    this.cache = cache;
    this.kept = kept;
    this.inUse = inUse;
    this.host = host;
    this.ledger = host.ledger();
    this.node = host.node();
  }

  void start() {
    ledger.onEnded(this::ended);
    sweeper = Thread.ofPlatform().name("reaper").start(this::sweepUntilClosed);
  }

  /** Called by the ledger's reader: hands over and returns. */
  private void ended(AttemptEnded end) {
    RunId run = end.run();
    boolean presented = end.outcome() instanceof Outcome.Presented;
    if (ledger.owner(run).equals(Optional.of(node)) && closed.getCount() > 0 && ending.add(run)) {
      removers.execute(() -> removeOf(run, presented));
    }
  }

  private void removeOf(RunId run, boolean presented) {
    try {
      if (!presented || !kept.keep(run)) {
        boxes
            .find(run)
            .or(() -> boxes.find(BoxIds.of(run)).filter(box -> box.run() == null))
            .ifPresent(box -> remove(box.id(), () -> boxes.remove(box)));
      }
      boxes.find(BoxIds.ofBuild(run)).ifPresent(box -> remove(box.id(), () -> boxes.remove(box)));
    } catch (ErrandException e) {
      LOG.warn("The box of {} is removed by the next sweep: {}", run, e.getMessage());
    } finally {
      host.discardNotes(run);
      ending.remove(run);
    }
  }

  private void sweepUntilClosed() {
    try {
      while (!ledger.awaitCaughtUp(LEDGER_PATIENCE) && closed.getCount() > 0) {
        LOG.info("The ledger is still being read; no box is removed before that");
      }
      do {
        sweep();
      } while (!closed.await(SWEEP.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      LOG.debug("The reaper was stopped");
    }
  }

  /** One look at all boxes. What cannot be removed now stays for the next one, and alone. */
  void sweep() throws InterruptedException {
    try {
      // The boxes first: what is claimed after this look is not among them.
      List<Box> seen = boxes.all();
      List<BoxId> folders = boxes.orphanedFolders();
      Set<BoxId> expected =
          ledger.liveOn(node).stream()
              .flatMap(run -> Stream.of(BoxIds.of(run), BoxIds.ofBuild(run)))
              .collect(Collectors.toSet());
      Set<BoxId> there = new HashSet<>(folders);
      seen.forEach(box -> there.add(box.id()));
      stuck.keySet().retainAll(there);
      adoptOnce(seen);
      kept.sweep(seen);
      for (Box box : seen) {
        if (isLeft(box, expected)) {
          LOG.info("Removing box {} ({})", box.id(), box.run() == null ? "unclaimed" : box.run());
          remove(box.id(), () -> boxes.remove(box));
        }
      }
      folders.stream()
          .filter(id -> !expected.contains(id) && !inUse.test(id))
          .forEach(id -> remove(id, () -> boxes.removeFolder(id)));
      cache.sweep(seen, expected);
    } catch (ErrandException e) {
      LOG.warn("The sweep goes on later: {}", e.getMessage());
    }
  }

  /** An earlier process may have died between a run's end and keeping its box. */
  private void adoptOnce(List<Box> seen) {
    if (!adopted) {
      seen.stream()
          .flatMap(box -> Stream.ofNullable(box.run()))
          .filter(run -> ledger.isPresented(run) && ledger.owner(run).equals(Optional.of(node)))
          .forEach(kept::keep);
      adopted = true;
    }
  }

  /** The box that cannot be removed, one of them when there are several; empty when all can. */
  Optional<Failure> trouble() {
    return stuck.values().stream()
        .findFirst()
        .map(why -> Failure.of(FailureCode.ENGINE_FAILED, why));
  }

  /** Warns once of a box that stays for the same reason. */
  private void remove(BoxId id, Runnable removal) {
    try {
      removal.run();
      if (stuck.remove(id) != null) {
        LOG.info("The box {} is gone after all", id);
      }
    } catch (ErrandException e) {
      String why = e.failure().message();
      if (!why.equals(stuck.put(id, why))) {
        LOG.warn("{}", why);
      }
    }
  }

  /**
   * A claimed box is left when its run is over or another node's; an unclaimed one when no live run
   * of this node is about to claim it. A run is placed here before its box is made, so a box whose
   * run the ledger does not know cannot be a new one. What is kept for a follow-up is not left, nor
   * what may be in a moment.
   */
  private boolean isLeft(Box box, Set<BoxId> expected) {
    RunId run = box.run();
    if (run == null) {
      return !expected.contains(box.id()) && !inUse.test(box.id());
    }
    return (ledger.isOver(run) || !ledger.owner(run).equals(Optional.of(node)))
        && !kept.holds(box.id())
        && !ending.contains(run);
  }

  @Override
  public void close() {
    closed.countDown();
    removers.shutdown();
    try {
      Thread running = sweeper;
      if (running != null && !running.join(CLOSE)) {
        running.interrupt();
      }
      if (!removers.awaitTermination(CLOSE.toSeconds(), TimeUnit.SECONDS)) {
        LOG.warn("Boxes that are left are removed at the next start");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
