package dev.errand.provisioner;

import dev.errand.artifacts.DiskReserve;
import dev.errand.sandbox.Engine;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
  private @Nullable Thread looking;

  NodeFitness(Engine engine, DiskReserve disk, InstantSource clock) {
    this.engine = engine;
    this.disk = disk;
    this.clock = clock;
  }

  /**
   * Looks once, and from now on every two seconds.
   *
   * @param onLack called at each look that finds a lack, on the looking thread
   */
  void start(Runnable onLack) {
    looking = Thread.ofVirtual().name("node-fitness").start(() -> lookUntilClosed(onLack));
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

  private void lookUntilClosed(Runnable onLack) {
    try {
      do {
        asked = clock.instant();
        Optional<Failure> now = look();
        asked = null;
        tell(now);
        engineLack = now;
        if (lack().isPresent()) {
          onLack.run();
        }
      } while (!closed.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      LOG.debug("The look at the engine was stopped");
    }
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
    Thread running = looking;
    try {
      if (running != null && !running.join(CLOSE)) {
        running.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
