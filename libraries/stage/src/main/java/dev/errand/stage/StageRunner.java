package dev.errand.stage;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.errand.schemas.Held;
import dev.errand.stage.Job.Stop;
import dev.errand.stage.journal.Sweeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one stage on one node, with a few members of its share group. One of them <em>draws</em>:
 * many records at once while that many slots are free, else one. What is done after a moment is
 * acknowledged together; if something still runs then, the member becomes a <em>holder</em>, which
 * renews until all of it has ended, and a <em>spare</em> draws. So short jobs flow in batches, a
 * long one costs one member, and no node takes more than it can work on.
 *
 * <p>Draws nothing before the ledger has caught up, and nothing while there is no room. Survives
 * any outage of the broker. Safe for any thread.
 */
public final class StageRunner implements AutoCloseable {
  /** Below the node's data folder. */
  static final String JOURNALS = "attempts";

  private static final Logger LOG = LoggerFactory.getLogger(StageRunner.class);
  private static final Duration DRAW = Duration.ofMinutes(1); // then tidies up and asks again
  private static final Duration ROOM = Duration.ofMillis(50); // nobody tells when there is room
  private static final Duration RETRY = Duration.ofSeconds(1); // while the broker is away
  private static final Duration ADMIN = Duration.ofSeconds(20);
  private static final Duration SWEEP = Duration.ofHours(1);

  private final StageHost host;
  private final StageSpec<?, ?> spec;
  private final IntSupplier room;
  private final Works works;
  private final Thread drawing;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Set<Thread> holders = ConcurrentHashMap.newKeySet();
  private final Deque<ShareMember> spares = new ArrayDeque<>(); // guarded by itself
  private volatile @Nullable ShareMember drawer;
  private Instant swept = Instant.EPOCH; // the drawing thread's

  /**
   * @param room how many more jobs may be drawn now, whatever slots are free; called often, so it
   *     must be quick
   */
  public StageRunner(StageHost host, Stage<?, ?> stage, IntSupplier room) {
    this.host = host;
    this.spec = stage.spec();
    this.room = room;
    this.works = new Works(host, stage);
    this.drawing = Thread.ofVirtual().name("draw-" + spec.name()).unstarted(this::run);
  }

  /** Starts to draw when the ledger has caught up; returns at once. */
  public void start() {
    drawing.start();
  }

  /**
   * Breaks off a draw that waits for something to come. For whoever sees that there is no room any
   * more: a draw asks for room when it begins, and may wait for a minute.
   */
  public void recall() {
    ShareMember now = drawer;
    if (now != null) {
      now.recall();
    }
  }

  /** The runs that it is working on. */
  public List<Held> held() {
    return works.held();
  }

  /**
   * Stops to draw and to watch, and returns at once; what runs outside of this process goes on, and
   * whoever draws next joins it.
   */
  public void stop() {
    closed.countDown();
    recall();
    works.stopAll(Stop.CLOSED);
  }

  /** Stops, and waits for the stages to leave, at most {@link MachineSettings#closeWait()}. */
  @Override
  public void close() {
    stop();
    long end = System.nanoTime() + host.settings().closeWait().toNanos();
    join(drawing, end);
    works.stopAll(Stop.CLOSED); // what was drawn last
    holders.forEach(holder -> join(holder, end));
    holders.forEach(Thread::interrupt);
    holders.forEach(holder -> join(holder, System.nanoTime() + RETRY.toNanos()));
    synchronized (spares) {
      spares.forEach(ShareMember::leave);
      spares.clear();
    }
    works.close();
  }

  private void run() {
    try {
      prepare();
      while (!isClosed()) {
        try {
          drawOnce();
        } catch (WakeupException | InterruptException e) {
          LOG.debug("{}: its draw was broken off", spec.name());
          dismissDrawer();
        } catch (RuntimeException e) { // also what Kafka's client calls an unexpected error code
          LOG.warn("{}: cannot draw now, trying again: {}", spec.name(), e.toString());
          dismissDrawer();
          pause(RETRY);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("{}: told to stop", spec.name());
    } finally {
      dismissDrawer();
    }
  }

  private void drawOnce() throws InterruptedException {
    int free = awaitRoom();
    if (isClosed()) {
      return;
    }
    ShareMember member = drawer;
    if (member != null && member.batch() > free) {
      dismissDrawer(); // its last request may still bring a whole batch
      member = null;
    }
    if (member == null) {
      member = take(free);
      drawer = member; // until it has brought something: a request of it is on its way
    }
    if (!member.draw(DRAW)) {
      dismissSpares();
      sweepSometimes();
      return;
    }
    drawer = null;
    if (member.settle(host.settings().settle())) {
      giveBack(member);
    } else {
      hold(member);
    }
  }

  private void hold(ShareMember member) {
    Thread holder =
        Thread.ofVirtual()
            .name("hold-" + spec.name())
            .unstarted(
                () -> {
                  try {
                    addSpare();
                    member.hold();
                    giveBack(member);
                  } catch (InterruptedException | InterruptException e) {
                    member.leave();
                  } catch (RuntimeException e) {
                    LOG.warn("{}: lost what it held: {}", spec.name(), e.toString());
                    member.leave();
                  } finally {
                    holders.remove(Thread.currentThread());
                  }
                });
    holders.add(holder);
    holder.start();
  }

  private int awaitRoom() throws InterruptedException {
    while (!isClosed()) {
      int free = works.isReading() ? 0 : Math.min(spec.slots() - works.size(), room.getAsInt());
      if (free > 0) {
        return free;
      }
      pause(ROOM);
    }
    return 0;
  }

  private int fullBatch() {
    return Math.min(host.settings().batch(), spec.slots());
  }

  private ShareMember take(int free) {
    int batch = free >= fullBatch() ? fullBatch() : 1;
    synchronized (spares) {
      for (ShareMember spare : spares) {
        if (spare.batch() == batch) {
          spares.remove(spare);
          return spare;
        }
      }
    }
    return new ShareMember(host, spec, works, batch);
  }

  private void giveBack(ShareMember member) {
    synchronized (spares) {
      boolean isSecondBatch =
          member.batch() > 1 && spares.stream().anyMatch(spare -> spare.batch() > 1);
      if (!isClosed() && !isSecondBatch) {
        spares.addFirst(member);
        return;
      }
    }
    member.leave();
  }

  /** Has one member for the next draw join in advance, as joining takes the broker a moment. */
  private void addSpare() {
    synchronized (spares) {
      if (isClosed() || spares.stream().anyMatch(spare -> spare.batch() == 1)) {
        return;
      }
      spares.add(new ShareMember(host, spec, works, 1));
    }
  }

  /** In quiet times one spare is enough. */
  private void dismissSpares() {
    synchronized (spares) {
      while (spares.size() > 1) {
        spares.removeLast().leave();
      }
    }
  }

  private void dismissDrawer() {
    ShareMember member = drawer;
    drawer = null;
    if (member != null) {
      member.leave();
    }
  }

  /** Waits for the ledger, and sets up the group before its first member can join. */
  private void prepare() throws InterruptedException {
    while (!isClosed() && !host.ledger().awaitCaughtUp(ADMIN)) {
      LOG.warn("{}: waits until attempts.placed and attempts.ended are read", spec.name());
    }
    boolean done = false;
    while (!isClosed() && !done) {
      try {
        ShareMember.setUpGroup(host, spec);
        done = true;
        addSpare();
      } catch (ExecutionException | TimeoutException | RuntimeException e) {
        LOG.warn("{}: cannot set up its group, trying again: {}", spec.name(), e.toString());
        pause(RETRY);
      }
    }
  }

  private void sweepSometimes() {
    Instant now = host.clock().instant();
    if (now.isAfter(swept.plus(SWEEP))) {
      swept = now;
      Sweeper.sweep(
          host.data().resolve(JOURNALS), host.ledger()::isOver, now, host.settings().journalKept());
    }
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private void pause(Duration time) throws InterruptedException {
    boolean _ = closed.await(time.toNanos(), NANOSECONDS);
  }

  private static void join(Thread thread, long end) {
    try {
      thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
