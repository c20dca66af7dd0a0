package dev.errand.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.Consumer;

/**
 * One direction of a connection: reads a piece, passes it on, and reads the next only when that has
 * been written. So a slow side slows the other one, and a download of any size takes one buffer. A
 * write or close that fails ends the channel, and that is handled: nobody waits for the futures.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class Relay extends ChannelInboundHandlerAdapter {
  private final Channel peer;
  private final StreamFilter filter;
  private final Consumer<String> malformed;

  /**
   * @param malformed told once, when the filter refuses what came; must end both channels
   */
  Relay(Channel peer, StreamFilter filter, Consumer<String> malformed) {
    this.peer = peer;
    this.filter = filter;
    this.malformed = malformed;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf out;
    try {
      out = filter.pass((ByteBuf) message);
    } catch (MalformedException e) {
      malformed.accept(e.reason());
      return;
    }
    peer.writeAndFlush(out)
        .addListener(
            written -> {
              if (written.isSuccess()) {
                ctx.read();
              } else {
                ctx.close();
              }
            });
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closeAfterWrites(peer);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    filter.discard();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close(); // a reset: the other side learns it by its own channel's end
  }

  /** Closes when everything that was written before has left. */
  static void closeAfterWrites(Channel channel) {
    if (channel.isActive()) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }
}
