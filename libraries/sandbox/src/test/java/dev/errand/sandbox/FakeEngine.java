package dev.errand.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;

/** An engine that says what a test has it say, for engines that no machine here has. */
public final class FakeEngine implements AutoCloseable {
  private final ServerSocketChannel door;
  private final Path socket;
  private final Function<String, Answer> answers;

  /** What it says to one request. */
  public record Answer(int status, String json) {}

  /**
   * @param answers to requests such as {@code GET /v1.41/info}
   */
  public FakeEngine(Path socket, Function<String, Answer> answers) {
    this.socket = socket;
    this.answers = answers;
    try {
      door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      door.bind(UnixDomainSocketAddress.of(socket));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Thread.ofVirtual().name("fake-engine").start(this::serve);
  }

  /** Where it is. */
  public EngineSettings settings() {
    return new EngineSettings(URI.create("unix://" + socket), Duration.ofSeconds(30));
  }

  private void serve() {
    while (door.isOpen()) {
      try (SocketChannel caller = door.accept()) {
        ByteBuffer head = ByteBuffer.allocate(64 * 1024);
        while (!text(head).contains("\r\n\r\n")) {
          caller.read(head);
        }
        String line = text(head).lines().findFirst().orElseThrow();
        Answer answer = answers.apply(line.substring(0, line.lastIndexOf(' ')));
        byte[] body = answer.json().getBytes(StandardCharsets.UTF_8);
        String reply =
            "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                    .formatted(answer.status(), body.length)
                + "Connection: close\r\n\r\n";
        caller.write(ByteBuffer.wrap(reply.getBytes(StandardCharsets.UTF_8)));
        caller.write(ByteBuffer.wrap(body));
      } catch (IOException closed) {
        // by the test or by the caller: the next one is another matter
      }
    }
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.ISO_8859_1.decode(bytes.duplicate().flip()).toString();
  }

  @Override
  public void close() {
    try {
      door.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
