package dev.errand.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection from a box, from its request to the relay. It carries one tunnel or one plain
 * exchange, so every request gets a verdict.
 *
 * <pre>
 *   HEAD --verdict, address--> DIALLING --CONNECT--> HELLO --server name--> RELAYING
 *     |                           |  \--------------plain-----------------> RELAYING
 *     \---------400, 403----------\----403, 502--> ENDING <--alert-- HELLO
 * </pre>
 *
 * <p>Everything happens on the channel's I/O thread. A write or close that fails ends the channel,
 * and the channel's end is handled: nobody waits for the futures.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientConnection extends ChannelInboundHandlerAdapter {
  /** What servers take for a request's head; package managers send less than 2 KiB. */
  static final int MAX_HEAD_BYTES = 16 * 1024;

  private static final Duration HELLO_TIMEOUT = Duration.ofSeconds(5);

  /** How long the client may read our last words before the connection is torn down. */
  private static final Duration ENDING_TIMEOUT = Duration.ofSeconds(2);

  private static final byte[] ESTABLISHED =
      "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** TLS alert: fatal, access_denied (RFC 8446, section 6). */
  private static final byte[] ACCESS_DENIED = {21, 3, 3, 0, 2, 2, 49};

  private enum State {
    HEAD,
    DIALLING,
    HELLO,
    RELAYING,
    ENDING
  }

  private final ProxySocket socket;
  private final Duration headTimeout;
  private final ByteBuf gathered = Unpooled.buffer();
  private State state = State.HEAD;
  private @Nullable ScheduledFuture<?> deadline;
  private @Nullable Channel upstream;

  /** What the tunnel was opened for; null for a plain exchange. */
  private @Nullable Destination tunnelled;

  ClientConnection(ProxySocket socket, Duration headTimeout) {
    this.socket = socket;
    this.headTimeout = headTimeout;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (socket.admits(ctx.channel())) {
      within(ctx, headTimeout);
      ctx.read();
    } else {
      answer(ctx, "503 Service Unavailable", "", "too many connections are open");
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (state == State.RELAYING) {
      ctx.fireChannelRead(bytes);
      return;
    }
    if (state != State.ENDING) {
      gathered.writeBytes(bytes);
    }
    bytes.release();
    switch (state) {
      case HEAD -> readHead(ctx);
      case HELLO -> readHello(ctx);
      case ENDING -> ctx.read();
      case DIALLING, RELAYING -> {}
    }
  }

  private void readHead(ChannelHandlerContext ctx) {
    byte[] bytes = new byte[gathered.readableBytes()];
    gathered.getBytes(gathered.readerIndex(), bytes);
    int end = Head.end(bytes, Math.min(bytes.length, MAX_HEAD_BYTES));
    if (end < 0 && bytes.length < MAX_HEAD_BYTES) {
      ctx.read();
      return;
    }
    try {
      if (end < 0) {
        throw new MalformedException("the head has more than %d bytes".formatted(MAX_HEAD_BYTES));
      }
      byte[] head = new byte[end];
      gathered.readBytes(head);
      judge(ctx, Request.parse(head));
    } catch (MalformedException e) {
      answer(ctx, "400 Bad Request", "", e.reason());
    }
  }

  private void judge(ChannelHandlerContext ctx, Request request) {
    cancelDeadline();
    Optional<Rule> refusal = socket.policy().refusal(request.destination());
    if (refusal.isPresent()) {
      deny(ctx, request.destination(), refusal.get());
      return;
    }
    state = State.DIALLING;
    socket
        .dialler()
        .dial(request.destination(), ctx.channel().eventLoop())
        .addListener((Future<Channel> dialled) -> connected(ctx, request, dialled));
  }

  private void connected(ChannelHandlerContext ctx, Request request, Future<Channel> dialled) {
    if (dialled.isSuccess()) {
      Channel channel = dialled.getNow();
      if (!ctx.channel().isActive() || !socket.holds(channel)) {
        channel.close();
        ctx.close();
        return;
      }
      upstream = channel;
      switch (request) {
        case Request.Tunnel tunnel -> awaitHello(ctx, tunnel);
        case Request.Plain plain -> relayPlain(ctx, plain, channel);
      }
    } else if (dialled.cause() instanceof Dialler.RefusedException refused) {
      deny(ctx, request.destination(), refused.rule());
    } else {
      answer(ctx, "502 Bad Gateway", "", String.valueOf(dialled.cause().getMessage()));
    }
  }

  private void awaitHello(ChannelHandlerContext ctx, Request.Tunnel tunnel) {
    state = State.HELLO;
    tunnelled = tunnel.destination();
    ctx.writeAndFlush(Unpooled.wrappedBuffer(ESTABLISHED));
    within(ctx, HELLO_TIMEOUT);
    readHello(ctx);
  }

  private void readHello(ChannelHandlerContext ctx) {
    int length = Math.min(gathered.readableBytes(), ClientHello.MAX_BYTES);
    ClientHello hello = ClientHello.parse(gathered.nioBuffer(gathered.readerIndex(), length));
    switch (hello) {
      case ClientHello.Incomplete() -> {
        if (length < ClientHello.MAX_BYTES) {
          ctx.read();
        } else {
          denyTunnel(ctx, Rule.NOT_TLS);
        }
      }
      case ClientHello.Foreign() -> denyTunnel(ctx, Rule.NOT_TLS);
      case ClientHello.Complete(@Nullable String name) -> {
        if (name == null) {
          denyTunnel(ctx, Rule.NO_SERVER_NAME);
        } else if (tunnelled == null || !name.equals(tunnelled.host())) {
          denyTunnel(ctx, Rule.OTHER_SERVER_NAME);
        } else {
          cancelDeadline();
          relay(ctx, StreamFilter.everything(), StreamFilter.everything());
        }
      }
    }
  }

  private void relayPlain(ChannelHandlerContext ctx, Request.Plain plain, Channel channel) {
    channel.write(Unpooled.wrappedBuffer(plain.head().toBytes()));
    relay(ctx, new RequestBody(plain.framing()), new ResponseStream());
  }

  /** Hands the connection over to two relays; what was read too far goes first. */
  private void relay(ChannelHandlerContext ctx, StreamFilter out, StreamFilter back) {
    Channel server = upstream;
    if (server == null) {
      throw new IllegalStateException("relayed before it was connected");
    }
    state = State.RELAYING;
    Channel client = ctx.channel();
    server.pipeline().addLast(new Relay(client, back, why -> answerForServer(ctx, why)));
    ctx.pipeline().addLast(new Relay(server, out, why -> client.close()));
    server.flush();
    server.read();
    ctx.fireChannelRead(gathered.readRetainedSlice(gathered.readableBytes()));
  }

  private void answerForServer(ChannelHandlerContext ctx, String why) {
    answer(ctx, "502 Bad Gateway", "", why);
  }

  private void deny(ChannelHandlerContext ctx, Destination destination, Rule rule) {
    socket.denied(destination, rule);
    String what = "the connection to %s was refused".formatted(destination);
    answer(
        ctx,
        "403 Forbidden",
        "Errand-Rule: %s\r\n".formatted(rule.id()),
        "%s by rule %s: %s".formatted(what, rule.id(), rule.explanation()));
  }

  /** The tunnel is already open: only an alert can tell the client. */
  private void denyTunnel(ChannelHandlerContext ctx, Rule rule) {
    if (tunnelled != null) {
      socket.denied(tunnelled, rule);
    }
    end(ctx, Unpooled.wrappedBuffer(ACCESS_DENIED));
  }

  private void answer(ChannelHandlerContext ctx, String status, String field, String text) {
    byte[] body = ("errand: " + text + "\n").getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 %s\r\n%sContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n"
            .formatted(status, field, body.length);
    end(
        ctx,
        Unpooled.wrappedBuffer(
            (head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII), body));
  }

  /**
   * Says the last words and waits for the client to hang up: closing over unread bytes would reset
   * the connection before they are read.
   */
  private void end(ChannelHandlerContext ctx, ByteBuf lastWords) {
    state = State.ENDING;
    cancelDeadline();
    closeUpstream();
    ChannelFuture written = ctx.writeAndFlush(lastWords);
    written.addListener(done -> ((DuplexChannel) ctx.channel()).shutdownOutput());
    within(ctx, ENDING_TIMEOUT);
    ctx.read();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    cancelDeadline();
    closeUpstream();
    gathered.release();
    ctx.fireChannelInactive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleStateEvent) {
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close(); // a reset by the client, which is its right
  }

  private void within(ChannelHandlerContext ctx, Duration limit) {
    deadline = ctx.executor().schedule(() -> ctx.close(), limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  private void closeUpstream() {
    if (upstream != null) {
      Relay.closeAfterWrites(upstream);
    }
  }
}
