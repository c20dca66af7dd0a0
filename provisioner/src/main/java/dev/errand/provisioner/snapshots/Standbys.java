package dev.errand.provisioner.snapshots;

import dev.errand.sandbox.Box;
import dev.errand.sandbox.BoxSpec;
import dev.errand.sandbox.Boxes;
import dev.errand.schemas.EnvironmentSpec.Limits;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.RunId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Boxes that have started from a snapshot and wait for a run: as many for each as have come in the
 * last minutes, all together no more than the node allows. A standby is used once. Nothing of this
 * is kept: after a restart the reaper removes what nobody holds. Safe for any thread.
 */
final class Standbys implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Standbys.class);

  /** What comes again comes within this; what does not is not worth a box that waits. */
  private static final Duration RECENT = Duration.ofMinutes(10);

  private static final int BASE = 36;
  private static final int DIGITS = 12;

  /** What a box is made of but for its name: who asks for the same may take it. */
  record Kind(
      String image, Limits limits, BoxSpec.Prepared prepared, List<BoxSpec.ReadOnlyMount> mounts) {}

  private static final class Shelf {
    private final Kind kind;
    private final BoxSpec template;
    private final Deque<Instant> arrivals = new ArrayDeque<>();
    private final Deque<Box> waiting = new ArrayDeque<>();

    Shelf(Kind kind, BoxSpec template) {
      this.kind = kind;
      this.template = template;
    }

    int wanted(Instant now) {
      while (!arrivals.isEmpty() && arrivals.getFirst().plus(RECENT).isBefore(now)) {
        arrivals.removeFirst();
      }
      return arrivals.size();
    }
  }

  private final Boxes boxes;
  private final int max;
  private final InstantSource clock;
  private final Predicate<BoxId> serves;
  private final Map<Kind, Shelf> shelves = new HashMap<>(); // guarded by this
  private final List<BoxId> beingMade = new ArrayList<>(); // guarded by this
  private final Set<BoxId> handedOver = new HashSet<>(); // guarded by this
  private final AtomicBoolean filling = new AtomicBoolean();
  private volatile boolean closed;

  /**
   * @param max all together, 0 for none
   * @param serves whether a run may start from the snapshot now
   */
  Standbys(Boxes boxes, int max, InstantSource clock, Predicate<BoxId> serves) {
    this.boxes = boxes;
    this.max = max;
    this.clock = clock;
    this.serves = serves;
  }

  /**
   * Whether the box waits here, or is about to: it is nobody's run's and still not left. So is one
   * that a run takes while somebody goes through a list from before that: until the next sweep.
   */
  synchronized boolean holds(BoxId box) {
    return beingMade.contains(box)
        || handedOver.contains(box)
        || shelves.values().stream()
            .flatMap(shelf -> shelf.waiting.stream())
            .anyMatch(waiting -> waiting.id().equals(box));
  }

  /**
   * A box that was made for a run like this one, the run's from now on; empty when none waits.
   * Either way, another is made in the background.
   *
   * @param template what the run's box would be made of
   */
  Optional<Box> take(RunId run, BoxSpec template) {
    BoxSpec.Prepared prepared = template.prepared();
    if (max == 0 || prepared == null) {
      return Optional.empty();
    }
    Kind kind = new Kind(template.image(), template.limits(), prepared, template.mounts());
    Optional<Box> taken = Optional.empty();
    Box box = next(kind, template);
    while (box != null && taken.isEmpty()) {
      Optional<Box> alive = boxes.find(box.id()).filter(Box::running); // engines are restarted
      taken = alive.map(it -> boxes.claim(it, run));
      box = taken.isPresent() ? null : poll(kind);
    }
    fill();
    return taken;
  }

  private synchronized @Nullable Box next(Kind kind, BoxSpec template) {
    Shelf shelf = shelves.computeIfAbsent(kind, it -> new Shelf(it, template));
    shelf.arrivals.addLast(clock.instant());
    if (shelf.arrivals.size() > max) {
      shelf.arrivals.removeFirst();
    }
    return poll(kind);
  }

  private synchronized @Nullable Box poll(Kind kind) {
    Shelf shelf = shelves.get(kind);
    Box box = shelf == null ? null : shelf.waiting.pollFirst();
    if (box != null) {
      handedOver.add(box.id());
    }
    return box;
  }

  /** In the background, one box at a time: whoever takes one has the processors first. */
  private void fill() {
    if (!closed && filling.compareAndSet(false, true)) {
      Thread.ofVirtual().name("standbys").start(this::fillUntilDone);
    }
  }

  private void fillUntilDone() {
    try {
      for (Shelf shelf = neediest(); shelf != null && !closed; shelf = neediest()) {
        add(shelf);
      }
    } catch (ErrandException e) {
      LOG.info("No box waits for the next task: {}", e.getMessage());
    } finally {
      filling.set(false);
    }
  }

  private synchronized @Nullable Shelf neediest() {
    Instant now = clock.instant();
    int all = shelves.values().stream().mapToInt(shelf -> shelf.waiting.size()).sum();
    if (all >= max) {
      return null;
    }
    return shelves.values().stream()
        .filter(shelf -> shelf.waiting.size() < shelf.wanted(now))
        .filter(shelf -> serves.test(shelf.kind.prepared().box()))
        .max(Comparator.comparingInt(shelf -> shelf.wanted(now) - shelf.waiting.size()))
        .orElse(null);
  }

  private void add(Shelf shelf) {
    BoxId id = newId();
    synchronized (this) {
      beingMade.add(id);
    }
    try {
      BoxSpec spec = shelf.template;
      Box box =
          boxes.create(
              new BoxSpec(
                  id,
                  spec.image(),
                  spec.limits(),
                  spec.environment(),
                  shelf.kind.prepared(),
                  spec.mounts()));
      synchronized (this) {
        shelf.waiting.addLast(box);
      }
    } finally {
      synchronized (this) {
        beingMade.remove(id);
      }
    }
  }

  /** Lets go of what no task is expected for, or what must not be used: the reaper removes it. */
  synchronized void sweep() {
    handedOver.clear();
    Instant now = clock.instant();
    for (Shelf shelf : shelves.values()) {
      int wanted = serves.test(shelf.kind.prepared().box()) ? shelf.wanted(now) : 0;
      while (shelf.waiting.size() > wanted) {
        shelf.waiting.removeLast();
      }
    }
    shelves.values().removeIf(shelf -> shelf.waiting.isEmpty() && shelf.wanted(now) == 0);
  }

  private static BoxId newId() {
    StringBuilder id = new StringBuilder();
    while (id.length() < DIGITS) {
      id.append(Character.forDigit(ThreadLocalRandom.current().nextInt(BASE), BASE));
    }
    return new BoxId(id.toString());
  }

  /** Makes no more and removes those that wait; what a killed process leaves, the reaper finds. */
  @Override
  public void close() {
    closed = true;
    List<Box> waiting = new ArrayList<>();
    synchronized (this) {
      shelves.values().forEach(shelf -> waiting.addAll(shelf.waiting));
      shelves.clear();
    }
    for (Box box : waiting) {
      try {
        boxes.remove(box);
      } catch (ErrandException e) {
        LOG.info("The box {} is removed at the next start: {}", box.id(), e.getMessage());
      }
    }
  }
}
