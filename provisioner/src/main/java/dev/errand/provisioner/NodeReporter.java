package dev.errand.provisioner;

import dev.errand.schemas.Event.Held;
import dev.errand.schemas.Event.NodeReported;
import dev.errand.schemas.Topic;
import dev.errand.stage.StageHost;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says every 5 s that this node lives, what it holds and what it would take. */
final class NodeReporter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeReporter.class);

  /** Twelve may be lost before anybody believes that the node is. */
  private static final Duration PERIOD = Duration.ofSeconds(5);

  private static final Duration CLOSE = Duration.ofSeconds(5);
  private static final String SERVICE = "provisioner";

  private final StageHost host;
  private final Permits permits;
  private final Supplier<List<Held>> held;
  private final Instant epoch;
  private final CountDownLatch closed = new CountDownLatch(1);
  private @Nullable Thread reporting;

  NodeReporter(StageHost host, Permits permits, Supplier<List<Held>> held) {
    this.host = host;
    this.permits = permits;
    this.held = held;
    this.epoch = host.clock().instant();
  }

  void start() {
    reporting = Thread.ofVirtual().name("node-reporter").start(this::reportUntilClosed);
  }

  private void reportUntilClosed() {
    try {
      do {
        host.writer().appendLive(Topic.NODES, report());
      } while (!closed.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      LOG.debug("The reporter was stopped");
    }
  }

  NodeReported report() {
    return new NodeReported(
        host.node(), SERVICE, epoch, permits.total(), permits.free(), held.get());
  }

  @Override
  public void close() {
    closed.countDown();
    Thread running = reporting;
    try {
      if (running != null && !running.join(CLOSE)) {
        running.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
