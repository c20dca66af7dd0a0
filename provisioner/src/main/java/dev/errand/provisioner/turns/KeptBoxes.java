package dev.errand.provisioner.turns;

import dev.errand.sandbox.Box;
import dev.errand.sandbox.Boxes;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.stage.StageHost;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Boxes of attempts that have presented their diff, kept for the next turn. A file for each says
 * so, and whose it is, so that a restart forgets nothing; whoever takes one is written there before
 * the box gets its name. They have only the room that runs leave: the oldest gives way. Safe for
 * any thread of the one process that provisions.
 */
public final class KeptBoxes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeptBoxes.class);

  private final StageHost host;
  private final Boxes boxes;
  private final Duration keep;
  private final IntSupplier room;
  private final StayFiles files;
  private final AtomicBoolean makingRoom = new AtomicBoolean();
  private final Map<BoxId, Stay> stays = new HashMap<>(); // guarded by this

  /**
   * Why a box is not left although its run is over.
   *
   * @param run the one that is over, or the one that has taken the box
   * @param since when it was kept
   */
  record Stay(RunId run, Instant since, boolean taken) {
    /** The first run of the turn that may take the box. */
    RunId next() {
      return run.attempt().run(run.turn() + 1, 1);
    }
  }

  /**
   * @param keep how long; 0 keeps none
   * @param room how many may be kept now, as no run needs their permits
   */
  public KeptBoxes(StageHost host, Boxes boxes, Duration keep, IntSupplier room) {
    this.host = host;
    this.boxes = boxes;
    this.keep = keep;
    this.room = room;
    this.files = new StayFiles(folder(host));
    stays.putAll(files.read());
  }

  private static Path folder(StageHost host) {
    return host.data().resolve("kept");
  }

  /** Keeps the box of a run that has presented; whether it is kept, or taken already. */
  public boolean keep(RunId run) {
    Optional<Box> box = keep.isZero() ? Optional.empty() : boxes.find(run).filter(Box::running);
    if (box.isEmpty()) {
      return false;
    }
    BoxId id = box.get().id();
    synchronized (this) {
      Stay known = stays.get(id);
      if (known == null || known.taken() || !known.run().equals(run)) { // else read once more
        write(id, new Stay(run, host.clock().instant(), false));
      }
    }
    makeRoom();
    return holds(id);
  }

  /** Whether the box is not left, whatever became of the run that it is named by. */
  public synchronized boolean holds(BoxId id) {
    return stays.containsKey(id);
  }

  /** The box of the turn before, the run's from now on; empty when it is not here. */
  public synchronized Optional<Box> take(RunId run) {
    for (Map.Entry<BoxId, Stay> entry : stays.entrySet()) {
      Stay stay = entry.getValue();
      boolean mine =
          stay.taken()
              ? stay.run().equals(run)
              : stay.run().attempt().equals(run.attempt()) && stay.next().turn() == run.turn();
      if (mine) {
        return claim(entry.getKey(), stay, run);
      }
    }
    return Optional.empty();
  }

  private Optional<Box> claim(BoxId id, Stay stay, RunId run) {
    Optional<Box> box = boxes.find(id).filter(Box::running); // engines are restarted
    if (box.isPresent()) {
      // First: a box with the run's name must be known as kept, or scripts would run in it.
      write(id, new Stay(run, stay.since(), true));
      box = Optional.of(boxes.claim(box.get(), run)).filter(it -> it.id().equals(id));
    }
    if (box.isEmpty()) {
      forget(id);
    }
    return box;
  }

  /**
   * Lets go of the oldest until the rest has room, in the background: the run whose box has just
   * been made does not wait for the removal of another.
   */
  public void makeRoomSoon() {
    if (size() > 0 && makingRoom.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("kept-boxes")
          .start(
              () -> {
                try {
                  makeRoom();
                } finally {
                  makingRoom.set(false);
                }
              });
    }
  }

  private void makeRoom() {
    while (size() > Math.max(0, room.getAsInt()) && giveWay()) {
      LOG.debug("{} boxes are kept", size());
    }
  }

  private synchronized long size() {
    return stays.values().stream().filter(stay -> !stay.taken()).count();
  }

  /** Lets go of one when the disk was full, so that whoever tries again has more room. */
  public void makeRoomAfter(ErrandException failure) {
    if (failure.code() == FailureCode.DISK_FULL && giveWay()) {
      LOG.info("A kept box went, as the disk was full");
    }
  }

  /** Removes the one that has been kept longest; false when none is. */
  private boolean giveWay() {
    BoxId oldest;
    RunId run;
    synchronized (this) {
      Optional<Map.Entry<BoxId, Stay>> first =
          stays.entrySet().stream()
              .filter(entry -> !entry.getValue().taken())
              .min(Comparator.comparing(entry -> entry.getValue().since()));
      if (first.isEmpty()) {
        return false;
      }
      oldest = first.get().getKey();
      run = first.get().getValue().run();
      forget(oldest);
    }
    remove(oldest, run);
    return true;
  }

  private void remove(BoxId id, RunId run) {
    try {
      boxes.find(id).filter(box -> run.equals(box.run())).ifPresent(boxes::remove);
    } catch (ErrandException e) {
      LOG.warn("The kept box {} is removed by the next sweep: {}", id, e.getMessage());
    }
  }

  /**
   * Forgets which need not be kept any more; whoever looks for boxes that are left finds them then.
   *
   * @param seen all boxes that are there
   */
  public void sweep(List<Box> seen) {
    Map<BoxId, Box> there = new HashMap<>();
    seen.forEach(box -> there.put(box.id(), box));
    synchronized (this) {
      for (Map.Entry<BoxId, Stay> entry : List.copyOf(stays.entrySet())) {
        if (isDone(entry.getValue(), there.get(entry.getKey()))) {
          forget(entry.getKey());
        }
      }
    }
    makeRoom();
  }

  private boolean isDone(Stay stay, @Nullable Box box) {
    if (box == null || !box.running()) {
      return true;
    }
    if (stay.taken()) {
      return host.ledger().isOver(stay.run());
    }
    Optional<NodeName> owner = host.ledger().owner(stay.next());
    boolean elsewhere = owner.isPresent() && !owner.get().equals(host.node());
    return elsewhere
        || host.ledger().hasBox(stay.next()) // another one
        || !stay.since().plus(keep).isAfter(host.clock().instant());
  }

  private void write(BoxId id, Stay stay) {
    stays.put(id, stay);
    try {
      files.write(id, stay);
    } catch (IOException e) {
      stays.remove(id);
      throw new ErrandException(
          FailureCode.DISK_FULL, "cannot keep the box %s: %s".formatted(id, e), e);
    }
  }

  private void forget(BoxId id) {
    stays.remove(id);
    files.delete(id);
  }

  /** Removes those that wait; those of a killed process are kept by the next one. */
  @Override
  public void close() {
    while (giveWay()) {
      LOG.debug("{} boxes are still kept", size());
    }
  }
}
