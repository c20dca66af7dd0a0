package dev.errand.egress;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One phase's way out; closing it revokes it, with every connection. Thread-safe. */
public final class ProxySocket implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProxySocket.class);

  /** Closing is local work of the I/O threads; longer means that they are stuck. */
  private static final long CLOSE_SECONDS = 5;

  private final Path path;
  private final Policy policy;
  private final Consumer<Denial> denials;
  private final Dialler dialler;
  private final int maxConnections;
  private final AtomicInteger connectionsOfAll;
  private final int maxConnectionsOfAll;
  private final AtomicInteger connections = new AtomicInteger();

  /** Clients and servers; once closed, it closes whatever is added. */
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

  ProxySocket(Path path, Policy policy, Consumer<Denial> denials, EgressProxy proxy) {
    this.path = path;
    this.policy = policy;
    this.denials = denials;
    this.dialler = proxy.dialler();
    this.maxConnections = proxy.settings().maxConnectionsPerPhase();
    this.connectionsOfAll = proxy.connections();
    this.maxConnectionsOfAll = proxy.settings().maxConnections();
  }

  Policy policy() {
    return policy;
  }

  Dialler dialler() {
    return dialler;
  }

  /** Counts a client in until its channel closes; false when there are too many. */
  boolean admits(Channel client) {
    int ofThis = connections.incrementAndGet();
    int ofAll = connectionsOfAll.incrementAndGet();
    client
        .closeFuture()
        .addListener(
            closed -> {
              connections.decrementAndGet();
              connectionsOfAll.decrementAndGet();
            });
    holds(client);
    return ofThis <= maxConnections && ofAll <= maxConnectionsOfAll;
  }

  /** Ties a channel's life to this socket's; false when the socket is already closed. */
  boolean holds(Channel channel) {
    channels.add(channel);
    return channel.isActive();
  }

  void denied(Destination destination, Rule rule) {
    LOG.debug("{} refused: {}", destination, rule.id());
    denials.accept(new Denial(destination.host(), destination.port(), rule.id()));
  }

  /** Closes the listener and every connection, then removes the socket; waits until it is done. */
  @Override
  public void close() {
    if (!channels.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS)) {
      LOG.warn("connections of {} are still open after {} s", path, CLOSE_SECONDS);
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("cannot remove {}: {}", path, e.toString());
    }
  }
}
