package dev.errand.egress;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A client that sends bytes as they are: what a box's forwarder would pass on. */
final class UnixClient implements AutoCloseable {
  private final SocketChannel channel;

  private UnixClient(SocketChannel channel) {
    this.channel = channel;
  }

  static UnixClient connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    return new UnixClient(channel);
  }

  void send(String text) throws IOException {
    channel.write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
  }

  void read(int atLeast) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    while (buffer.position() < atLeast && channel.read(buffer) >= 0) {
      // Reads on until there is enough.
    }
  }

  String readToEnd() throws IOException {
    var out = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    while (channel.read(buffer) >= 0) {
      out.write(buffer.array(), 0, buffer.position());
      buffer.clear();
    }
    return out.toString(ISO_8859_1);
  }

  /** Reads to the end or to the reset, and says how many bytes there were. */
  long countToEnd() {
    long count = 0;
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    try {
      for (int read = channel.read(buffer); read >= 0; read = channel.read(buffer)) {
        count += read;
        buffer.clear();
      }
    } catch (IOException e) {
      return count; // a reset is an end, too
    }
    return count;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
