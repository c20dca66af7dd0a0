package dev.errand.egress;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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

  /** Which file of this name is ours: a later worker may have replaced it. */
  private volatile @Nullable Object file;

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

  /** Takes over the listener that has just been bound. */
  void bound(Channel listener, Path draft) throws IOException {
    holds(listener);
    // The box's root has no capability in the agent phase: to it this is another user's file.
    Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-rw-rw-"));
    Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
    file = identity();
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
      if (Objects.equals(file, identity())) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      LOG.debug("{} is gone already", path);
    } catch (IOException e) {
      LOG.warn("cannot remove {}: {}", path, e.toString());
    }
  }

  private @Nullable Object identity() throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  @Override
  public String toString() {
    return "%s[%s]".formatted(path, policy);
  }
}
