package dev.errand.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A socket before the machine's engine that a test can take away and bring back: what runs in the
 * engine goes on, as it does when only the engine's daemon is started anew.
 */
final class EngineRelay implements Surroundings {
  private final Path engine =
      Path.of(
          URI.create(System.getenv().getOrDefault("DOCKER_HOST", "unix:///var/run/docker.sock"))
              .getPath());
  private final Set<Channel> open = ConcurrentHashMap.newKeySet();
  private Path socket = Path.of("nowhere");

  @Override
  public void before(Path data) {
    socket = data.resolveSibling(data.getFileName() + ".sock");
  }

  @Override
  public Map<String, String> environment() {
    return Map.of("DOCKER_HOST", host());
  }

  /** Where the deployment looks for its engine, as DOCKER_HOST says it. */
  String host() {
    return "unix://" + socket;
  }

  @Override
  public void after(Path data) {
    takeAway();
  }

  /** Nobody listens any more, and every connection ends. */
  void takeAway() {
    Folders.delete(socket);
    open.forEach(EngineRelay::closeQuietly);
    open.clear();
  }

  /** Unless it is there. */
  void bringBack() {
    if (Files.exists(socket)) {
      return;
    }
    try {
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(socket));
      open.add(server);
      Thread.startVirtualThread(() -> accept(server));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept(ServerSocketChannel server) {
    try {
      while (true) {
        SocketChannel client = server.accept();
        SocketChannel upstream = SocketChannel.open(UnixDomainSocketAddress.of(engine));
        open.add(client);
        open.add(upstream);
        Thread.startVirtualThread(() -> copy(client, upstream));
        Thread.startVirtualThread(() -> copy(upstream, client));
      }
    } catch (IOException takenAway) {
      closeQuietly(server);
    }
  }

  private void copy(SocketChannel from, SocketChannel to) {
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    try {
      while (from.read(buffer) >= 0) {
        send(buffer.flip(), to);
        buffer.clear();
      }
      to.shutdownOutput();
    } catch (IOException ended) {
      closeQuietly(from);
      closeQuietly(to);
    }
    if (!from.isOpen() || !to.isOpen()) {
      open.remove(from);
      open.remove(to);
    }
  }

  private static void send(ByteBuffer bytes, ByteChannel to) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  private static void closeQuietly(Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("a socket that does not close", e);
    }
  }
}
