package dev.errand.sandbox.disks;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to one mounter: a line there, a line back. Its socket lies in a folder that only
 * this user and the mounter can enter. Used by one thread at a time.
 */
public final class MounterLine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MounterLine.class);
  private static final int MAX_ANSWER_BYTES = 512;

  private final String name;
  private final Path socket;
  private final ServerSocketChannel server;
  private @Nullable SocketChannel peer;

  private MounterLine(String name, Path socket, ServerSocketChannel server) {
    this.name = name;
    this.socket = socket;
    this.server = server;
  }

  public static MounterLine listen(Path folder, String name) throws IOException {
    Path socket = folder.resolve(name + ".sock");
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    server.configureBlocking(false);
    return new MounterLine(name, socket, server);
  }

  /** Of the container at its other end. */
  public String name() {
    return name;
  }

  /** The socket's name in its folder. */
  public String socket() {
    return socket.getFileName().toString();
  }

  /** Waits for the mounter, and for nobody after it; false when it has not come. */
  public boolean accept(Duration patience) throws IOException {
    await(server, SelectionKey.OP_ACCEPT, patience);
    SocketChannel accepted = server.accept();
    if (accepted == null) {
      return false;
    }
    accepted.configureBlocking(false);
    peer = accepted;
    server.close();
    Files.deleteIfExists(socket);
    return true;
  }

  /** Throws when the other end is gone, or silent for longer than this. */
  public String ask(String question, Duration patience) throws IOException {
    SocketChannel open = peer;
    if (open == null) {
      throw new IOException("nobody is connected");
    }
    ByteBuffer out = ByteBuffer.wrap((question + "\n").getBytes(StandardCharsets.UTF_8));
    if (open.write(out) < 0 || out.hasRemaining()) {
      throw new IOException("the mounter does not listen");
    }
    ByteBuffer in = ByteBuffer.allocate(MAX_ANSWER_BYTES);
    while (in.position() == 0 || in.get(in.position() - 1) != '\n') {
      await(open, SelectionKey.OP_READ, patience);
      if (open.read(in) <= 0) {
        throw new IOException("the mounter has gone or is silent");
      }
    }
    return new String(in.array(), 0, in.position(), StandardCharsets.UTF_8).strip();
  }

  private static void await(SelectableChannel channel, int operation, Duration patience)
      throws IOException {
    try (Selector selector = Selector.open()) {
      channel.register(selector, operation);
      selector.select(patience.toMillis());
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(socket);
      SocketChannel open = peer;
      if (open != null) {
        open.close();
      }
    } catch (IOException alreadyGone) {
      LOG.debug("The connection to {} did not close", name, alreadyGone);
    }
  }
}
