package dev.errand.egress;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * Resolves a name, checks what it leads to, and connects to the address that was checked: a second
 * look-up could give another one.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails has nobody who could act on it
final class Dialler {
  /** Addresses that are tried one after the other; more only lengthen the wait. */
  private static final int MAX_ADDRESSES = 4;

  /** Looks a name up; may block. */
  @FunctionalInterface
  interface Names {
    List<InetAddress> resolve(String host) throws UnknownHostException;

    static Names ofHost() {
      return host -> List.of(InetAddress.getAllByName(host));
    }
  }

  /** A destination that a rule refuses. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final Rule rule;

    RefusedException(Rule rule) {
      super(rule.explanation(), null, false, false);
      this.rule = rule;
    }

    Rule rule() {
      return rule;
    }
  }

  private final Names names;
  private final AddressRules rules;
  private final Duration connectTimeout;

  /** Look-ups block: a virtual thread each, as many as there are connections. */
  private final Executor lookUps =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("egress-lookup-", 0).factory());

  Dialler(Names names, AddressRules rules, Duration connectTimeout) {
    this.names = names;
    this.rules = rules;
    this.connectTimeout = connectTimeout;
  }

  /**
   * Connects, without reading yet. The promise belongs to the loop, and so does the channel; it
   * fails with {@link RefusedException} or {@link IOException}.
   */
  Promise<Channel> dial(Destination destination, EventLoop loop) {
    Promise<Channel> promise = loop.newPromise();
    if (destination.isAddress()) {
      return promise.setFailure(new RefusedException(Rule.IP_LITERAL));
    }
    if (!rules.allowsPort(destination.port())) {
      return promise.setFailure(new RefusedException(Rule.PORT));
    }
    lookUps.execute(() -> resolve(destination, loop, promise));
    return promise;
  }

  private void resolve(Destination destination, EventLoop loop, Promise<Channel> promise) {
    List<InetAddress> found;
    try {
      found = names.resolve(destination.host());
    } catch (UnknownHostException e) {
      promise.tryFailure(new IOException("the name %s is unknown".formatted(destination.host())));
      return;
    }
    Stream<InetAddress> allowed = found.stream().filter(rules::allows);
    List<InetAddress> addresses = allowed.limit(MAX_ADDRESSES).toList();
    if (addresses.isEmpty()) {
      promise.tryFailure(new RefusedException(Rule.PRIVATE_ADDRESS));
      return;
    }
    loop.execute(() -> connect(addresses.iterator(), destination, loop, promise));
  }

  private void connect(
      Iterator<InetAddress> addresses,
      Destination destination,
      EventLoop loop,
      Promise<Channel> promise) {
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.RCVBUF_ALLOCATOR, EgressProxy.onePieceAtATime())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connectTimeout.toMillis())
            .handler(new ChannelInboundHandlerAdapter())
            .connect(new InetSocketAddress(addresses.next(), destination.port()));
    connecting.addListener(
        done -> {
          if (done.isSuccess()) {
            if (!promise.trySuccess(connecting.channel())) {
              connecting.channel().close();
            }
          } else if (addresses.hasNext() && !promise.isDone()) {
            connect(addresses, destination, loop, promise);
          } else {
            promise.tryFailure(
                new IOException("%s does not answer".formatted(destination), done.cause()));
          }
        });
  }
}
