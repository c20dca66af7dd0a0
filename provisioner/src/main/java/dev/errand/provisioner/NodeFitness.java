package dev.errand.provisioner;

import dev.errand.artifacts.DiskReserve;
import dev.errand.sandbox.Engine;
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
 * Whether this node can take new attempts: its engine answers, and its disk has more than its
 * reserve. While it cannot, attempts stay in the queue, where another node may take them, and the
 * node's report says why. Thread-safe.
 */
final class NodeFitness implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeFitness.class);
  private static final Duration PERIOD = Duration.ofSeconds(2);

  /** An engine that takes longer for a sign of life creates no containers either. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration CLOSE = Duration.ofSeconds(1);
  private static final Failure NOT_YET =
      Failure.of(FailureCode.ENGINE_UNAVAILABLE, "the engine has not been asked yet");

  private final Engine engine;
  private final DiskReserve disk;
  private final InstantSource clock;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Optional<Failure> engineLack = Optional.of(NOT_YET);
  private volatile Optional<Engine.Facts> info = Optional.empty();
  private volatile @Nullable Instant asked; // null while no answer is waited for
  private final List<Thread> threads = new ArrayList<>();

  NodeFitness(Engine engine, DiskReserve disk, InstantSource clock) {
    this.engine = engine;
    this.disk = disk;
    this.clock = clock;
  }

  /**
   * Looks once, and from now on every two seconds.
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
    return engineLack.or(disk::lack);
  }

  /** What the engine has; empty before its first answer. */
  Optional<Engine.Facts> engine() {
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
    tell(now);
    engineLack = now;
  }

  private Optional<Failure> look() {
    try {
      engine.requireAnswer();
      if (info.isEmpty()) {
        info = Optional.of(engine.info());
      }
      return Optional.empty();
    } catch (ErrandException e) {
      return Optional.of(e.failure());
    }
  }

  private void tell(Optional<Failure> now) {
    if (now.isPresent() && !now.equals(engineLack)) {
      LOG.warn(
          "Attempts wait: {}. Perhaps you should {}.",
          now.get().message(),
          now.get().code().hint());
    } else if (now.isEmpty() && engineLack.isPresent()) {
      LOG.info("The engine answers");
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
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
