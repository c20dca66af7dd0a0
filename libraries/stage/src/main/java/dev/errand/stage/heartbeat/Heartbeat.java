package dev.errand.stage.heartbeat;

import dev.errand.schemas.Event.NodeReported;
import dev.errand.schemas.Failure;
import dev.errand.schemas.Held;
import dev.errand.schemas.Topic;
import dev.errand.stage.StageHost;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says every 5 s that one service of this node lives, what it holds and what it would take. Each
 * service speaks for itself: one that is away must not make the others' work seem lost.
 */
public final class Heartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final StageHost host;
  private final String service;
  private final Supplier<Said> said;
  private final Instant epoch;
  private final CountDownLatch closed = new CountDownLatch(1);
  private @Nullable Thread beating;

  /**
   * What a service says of itself.
   *
   * @param permits how many attempts the node can hold; 0 where the service does not decide that
   * @param freePermits how many more it would take now
   * @param held what the service is working on
   * @param unfit why it takes none although it has permits; null when it would
   * @param trouble what an operator has to look at although it takes some; null when nothing
   */
  public record Said(
      int permits,
      int freePermits,
      List<Held> held,
      @Nullable Failure unfit,
      @Nullable Failure trouble) {
    /** Of a service that takes what its node has taken already. */
    public static Said holding(List<Held> held) {
      return new Said(0, 0, held, null, null);
    }
  }

  /**
   * @param service the name that the service has on its node, always the same
   * @param said is asked before each beat; quick
   */
  public Heartbeat(StageHost host, String service, Supplier<Said> said) {
    this.host = host;
    this.service = service;
    this.said = said;
    this.epoch = host.clock().instant();
  }

  /** Starts to beat; returns at once. */
  public void start() {
    beating = Thread.ofVirtual().name("heartbeat-" + service).start(this::beatUntilClosed);
  }

  private void beatUntilClosed() {
    try {
      do {
        beat();
      } while (!closed.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException | InterruptException e) {
      LOG.debug("{} says no more", service);
    }
  }

  /** One that fails is missed; a service that never beats again would count as lost. */
  private void beat() {
    try {
      host.writer().appendLive(Topic.NODES, report());
    } catch (InterruptException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.warn("{} could not say that it lives: {}", service, e.toString());
    }
  }

  private NodeReported report() {
    Said now = said.get();
    return new NodeReported(
        host.node(),
        service,
        epoch,
        now.permits(),
        now.freePermits(),
        now.held(),
        now.unfit(),
        now.trouble());
  }

  @Override
  public void close() {
    closed.countDown();
    Thread running = beating;
    try {
      if (running != null && !running.join(CLOSE)) {
        running.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
