package dev.errand.sandbox;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host's end of one box's control channel. It is bound under a name of its own and then renamed
 * over the last one's, so that the runner never meets a socket that does not listen yet. Only the
 * process with the box's first pid is listened to: everything in the box can connect.
 */
final class ControlSocket implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
  private static final String NAME = "control.sock";
  private static final int TYPE_BYTES = 1;

  /** The box's root may be an ordinary user here; who is listened to is decided by its process. */
  private static final Set<PosixFilePermission> FOR_ALL =
      PosixFilePermissions.fromString("rw-rw-rw-");

  /** More messages wait in the runner, whose phase then waits too. */
  private static final int MAX_WAITING = 256;

  private final Path path;
  private final Object identity;
  private final Channel server;
  private final long pid;
  private final LinkedBlockingQueue<RunnerMessage> messages = new LinkedBlockingQueue<>();
  private volatile @Nullable Channel runner;

  private ControlSocket(EventLoopGroup group, Path directory, long pid) throws IOException {
    this.pid = pid;
    this.path = directory.resolve(NAME);
    Path unnamed =
        directory.resolve(
            "." + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + ".sock");
    this.server =
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerDomainSocketChannel.class)
            .childHandler(new Admission())
            .bind(new DomainSocketAddress(unnamed.toFile()))
            .syncUninterruptibly()
            .channel();
    try {
      this.identity = Files.readAttributes(unnamed, BasicFileAttributes.class).fileKey();
      Files.setPosixFilePermissions(unnamed, FOR_ALL);
      Files.move(unnamed, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      server.close().syncUninterruptibly();
      throw failed;
    }
  }

  static ControlSocket bind(EventLoopGroup group, Path directory, long pid) {
    try {
      return new ControlSocket(group, directory, pid);
    } catch (IOException failed) {
      throw new ErrandException(
          FailureCode.BOX_LOST, "the box's folder cannot hold its control socket", failed);
    }
  }

  /** The next message; null when none came in time. */
  @Nullable RunnerMessage next(Duration patience) throws InterruptedException {
    RunnerMessage message = messages.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    Channel current = runner;
    if (current != null && messages.size() < MAX_WAITING / 2) {
      current.config().setAutoRead(true);
    }
    return message;
  }

  boolean hasNext() {
    return !messages.isEmpty();
  }

  /** Writes in order; what is written to nobody is lost, and a new hello tells so. */
  void send(ByteBuf frame) {
    Channel current = runner;
    if (current == null) {
      frame.release();
    } else {
      current.writeAndFlush(frame).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
  }

  /** Gives the descriptor away behind what was written last, and closes ours. */
  void send(FileDescriptor descriptor) {
    Channel current = runner;
    if (current == null) {
      closeQuietly(descriptor);
    } else {
      current.writeAndFlush(descriptor).addListener(sent -> closeQuietly(descriptor));
    }
  }

  /** Whether no later socket has taken this one's name. */
  boolean isBound() {
    try {
      return identity.equals(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    } catch (IOException removed) {
      return false;
    }
  }

  /** The name stays behind: it may be a later socket's already. */
  @Override
  public void close() {
    server.close().syncUninterruptibly();
    Channel current = runner;
    if (current != null) {
      current.close().syncUninterruptibly();
    }
  }

  private static void closeQuietly(FileDescriptor descriptor) {
    try {
      descriptor.close();
    } catch (IOException alreadyClosed) {
      LOG.debug("a pipe was closed before", alreadyClosed);
    }
  }

  /** Decides on each connection by who its process is; on Netty's thread. */
  private final class Admission extends ChannelInitializer<EpollDomainSocketChannel> {
    @Override
    protected void initChannel(EpollDomainSocketChannel channel) throws IOException {
      int peer = channel.peerCredentials().pid();
      if (peer != pid) {
        LOG.warn("refused process {} at {}: its runner is process {}", peer, path, pid);
        var _ = channel.close();
        return;
      }
      channel
          .pipeline()
          .addLast(
              new LengthFieldBasedFrameDecoder(
                  RunnerMessage.MAX_PAYLOAD_BYTES, 0, 4, TYPE_BYTES, 4),
              new Reader());
    }
  }

  /** Turns frames into messages; on Netty's thread. */
  private final class Reader extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      Channel before = runner;
      runner = context.channel();
      if (before != null) {
        var _ = before.close();
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
      ByteBuf bytes = (ByteBuf) frame;
      try {
        messages.add(RunnerMessage.decode(bytes));
      } finally {
        bytes.release();
      }
      if (messages.size() > MAX_WAITING) {
        context.channel().config().setAutoRead(false);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (context.channel().equals(runner)) {
        runner = null;
        messages.add(new RunnerMessage.Gone());
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      LOG.warn("the control channel {} broke", path, cause);
      var _ = context.close();
    }
  }
}
