package dev.errand.egress;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The only way out of a box: HTTP and CONNECT on a unix socket per phase. Policy first, then the
 * name is resolved, then the address is checked and that very address is connected to. Thread-safe.
 */
public final class EgressProxy implements AutoCloseable {
  /** Relaying is copying: two threads fill a gigabit. */
  private static final int THREADS = 2;

  /** What {@code sockaddr_un} holds on Linux is 107 bytes, without the mark of a draft. */
  private static final int MAX_PATH_BYTES = 107 - 1;

  private final EgressSettings settings;
  private final Dialler dialler;
  private final AtomicInteger connections = new AtomicInteger();
  private final EventLoopGroup loops =
      new EpollEventLoopGroup(THREADS, new DefaultThreadFactory("egress", true));

  /** A proxy to the public internet. */
  public EgressProxy(EgressSettings settings) {
    this(settings, AddressRules.publicInternet());
  }

  /** A proxy with other rules: for tests, whose servers listen on loopback. */
  public EgressProxy(EgressSettings settings, AddressRules rules) {
    this(settings, rules, Dialler.Names.ofHost());
  }

  EgressProxy(EgressSettings settings, AddressRules rules, Dialler.Names names) {
    this.settings = settings;
    this.dialler = new Dialler(names, rules, settings.connectTimeout());
  }

  EgressSettings settings() {
    return settings;
  }

  Dialler dialler() {
    return dialler;
  }

  AtomicInteger connections() {
    return connections;
  }

  /**
   * Opens a phase's way out. What a dead process left at this path is replaced.
   *
   * @param socket at most 106 bytes; its folder keeps others out, as anybody in it may connect
   * @param denials told of every refusal on an I/O thread: it must not wait
   * @throws ErrandException ENGINE_FAILED when the socket cannot be bound
   */
  public ProxySocket listen(Path socket, Policy policy, Consumer<Denial> denials) {
    if (socket.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
      throw new IllegalArgumentException(
          "the socket's path has more than %d bytes: %s".formatted(MAX_PATH_BYTES, socket));
    }
    var way = new ProxySocket(socket, policy, denials, this);
    try {
      // Netty removes the name that it has bound when it closes, whoever has the name by then. So
      // it gets another one, and a rename puts the socket where a dead process may have left one.
      Path draft = socket.resolveSibling(socket.getFileName() + "~");
      Files.deleteIfExists(draft);
      ChannelFuture bound = server(way).bind(new DomainSocketAddress(draft.toString()));
      bound.awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw new IOException(bound.cause());
      }
      way.bound(bound.channel(), draft);
      return way;
    } catch (IOException e) {
      way.close();
      throw new ErrandException(
          FailureCode.ENGINE_FAILED, "cannot listen on %s: %s".formatted(socket, e), e);
    }
  }

  private ServerBootstrap server(ProxySocket way) {
    return new ServerBootstrap()
        .group(loops)
        .channel(EpollServerDomainSocketChannel.class)
        .childOption(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.RCVBUF_ALLOCATOR, onePieceAtATime())
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel client) {
                long idle = settings.idleTimeout().toMillis();
                client
                    .pipeline()
                    .addLast(new IdleStateHandler(0, 0, idle, TimeUnit.MILLISECONDS))
                    .addLast(new ClientConnection(way, settings.headTimeout()));
              }
            });
  }

  /**
   * At most 64 KiB for each read that a relay asks for: with more, a slow peer would fill memory.
   */
  static RecvByteBufAllocator onePieceAtATime() {
    return new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(1);
  }

  /** Closes every socket with its connections. */
  @Override
  public void close() {
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
