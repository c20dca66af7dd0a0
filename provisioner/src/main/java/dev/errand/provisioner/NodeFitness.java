package dev.errand.provisioner;

import dev.errand.artifacts.DiskReserve;
import dev.errand.sandbox.Engine;
import dev.errand.sandbox.EngineFacts;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node can take new attempts: its engine answers, its boxes keep the rules, and its
 * disk has more than its reserve. While it cannot, attempts stay in the queue, where another node
 * may take them, and the node's report says why. Thread-safe.
 */
final class NodeFitness implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeFitness.class);
  private static final Duration PERIOD = Duration.ofSeconds(2);

  /** An engine that takes longer for a sign of life creates no containers either. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A rule that an engine does not keep is a matter for its operator, not of seconds. */
  private static final Duration NEXT_PROBE = Duration.ofSeconds(30);

  private static final Duration CLOSE = Duration.ofSeconds(1);

  /** From a call of the engine's that goes on to the end of the box. */
  private static final Duration CLOSE_PROBE = Duration.ofSeconds(10);

  private static final Failure NOT_YET =
      Failure.of(FailureCode.ENGINE_UNAVAILABLE, "the engine has not been asked yet");
  private static final Failure NOT_PROBED =
      Failure.of(FailureCode.ENGINE_UNAVAILABLE, "no box has been tried yet on this engine");

  private final Engine engine;
  private final DiskReserve disk;
  private final Probe probe;
  private final InstantSource clock;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Optional<Failure> engineLack = Optional.of(NOT_YET);
  private volatile Optional<EngineFacts> info = Optional.empty();
  private volatile @Nullable Instant asked; // null while no answer is waited for
  private volatile Optional<Failure> boxLack = Optional.of(NOT_PROBED);
  private volatile Instant nextProbe = Instant.MIN;
  private volatile @Nullable Thread probing; // written by the look at the engine alone
  private @Nullable EngineFacts probed; // of the look at the engine alone
  private final List<Thread> threads = new ArrayList<>();

  /** What a box shows of the engine. */
  interface Probe {
    /**
     * What keeps boxes from their work, and what to do about it; empty when nothing does. For one
     * thread at a time.
     */
    Optional<Failure> look(EngineFacts facts) throws InterruptedException;

    /** Whether the last look saw a box; until one has, it is repeated. */
    boolean hasSeen();

    /** After each look: ensures that nothing is left of it. */
    void end();
  }

  NodeFitness(Engine engine, DiskReserve disk, Probe probe, InstantSource clock) {
    this.engine = engine;
    this.disk = disk;
    this.probe = probe;
    this.clock = clock;
  }

  /**
   * Looks once, and from now on every two seconds. A box is tried beside that, once for each engine
   * that answers, and again while something is lacking.
   *
   * @param onLack called every two seconds while something is lacking, on a thread of ours; also
   *     while a look waits for an engine that hangs
   */
  void start(Runnable onLack) {
    run("node-fitness", this::lookAtTheEngine);
    run(
        "node-lack",
        () -> {
          if (lack().isPresent()) {
            onLack.run();
          }
        });
  }

  private void run(String name, Runnable step) {
    threads.add(Thread.ofVirtual().name(name).start(() -> repeatUntilClosed(step)));
  }

  /** Why nothing new is taken; empty when it is. */
  Optional<Failure> lack() {
    Instant since = asked;
    if (since != null && since.plus(PATIENCE).isBefore(clock.instant())) {
      return Optional.of(
          Failure.of(FailureCode.ENGINE_UNAVAILABLE, "the engine has not answered since " + since));
    }
    return engineLack.or(disk::lack).or(() -> boxLack);
  }

  /** What the engine has; empty before its first answer. */
  Optional<EngineFacts> engine() {
    return info;
  }

  private void repeatUntilClosed(Runnable step) {
    try {
      do {
        step.run();
      } while (!closed.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      LOG.debug("The look at the node was stopped");
    }
  }

  private void lookAtTheEngine() {
    asked = clock.instant();
    Optional<Failure> now = look();
    asked = null;
    tell(now, engineLack, "The engine answers");
    engineLack = now;
    if (now.isEmpty() && disk.lack().isEmpty()) {
      info.ifPresent(this::probeWhenDue);
    }
  }

  private void probeWhenDue(EngineFacts facts) {
    Thread running = probing;
    if (running != null && running.isAlive()) {
      return;
    }
    boolean another = !facts.equals(probed);
    boolean open = boxLack.isPresent() || !probe.hasSeen();
    if (another || (open && !clock.instant().isBefore(nextProbe))) {
      boxLack = another ? Optional.of(NOT_PROBED) : boxLack;
      probed = facts;
      probing = Thread.ofVirtual().name("node-probe").start(() -> probe(facts));
    }
  }

  private void probe(EngineFacts facts) {
    try {
      Optional<Failure> now = probe.look(facts);
      // What the engine refuses it refuses again; a box that was lost may have died with it.
      boolean soon = now.isPresent() && now.get().code() != FailureCode.ENGINE_FAILED;
      nextProbe = clock.instant().plus(soon ? PERIOD : NEXT_PROBE);
      tell(now, boxLack, "Boxes keep the rules on this engine");
      boxLack = now;
    } catch (InterruptedException closing) {
      LOG.debug("The look at a box was stopped");
    } finally {
      probe.end(); // behind the answer: attempts need not wait for it
    }
  }

  private Optional<Failure> look() {
    try {
      engine.requireAnswer();
      if (info.isEmpty() || engineLack.isPresent()) { // another one may have come back
        info = Optional.of(engine.info());
      }
      return Optional.empty();
    } catch (ErrandException e) {
      return Optional.of(e.failure());
    }
  }

  private static void tell(Optional<Failure> now, Optional<Failure> before, String well) {
    if (now.isPresent() && !now.equals(before)) {
      LOG.warn(
          "Attempts wait: {}. Perhaps you should {}.",
          now.get().message(),
          now.get().code().hint());
    } else if (now.isEmpty() && before.isPresent()) {
      LOG.info(well);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      for (Thread thread : threads) {
        if (!thread.join(CLOSE)) {
          thread.interrupt();
        }
      }
      Thread running = probing;
      if (running != null && !running.join(CLOSE)) {
        running.interrupt();
        running.join(CLOSE_PROBE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
