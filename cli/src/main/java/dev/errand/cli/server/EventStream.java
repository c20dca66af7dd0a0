package dev.errand.cli.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection's server-sent events, read on a thread of its own so that a reader can wait with a
 * limit. Ends with {@link Cut} when the connection ends, for whatever reason.
 *
 * <p>Source: HTML Living Standard, section 9.2 (server-sent events).
 */
public final class EventStream implements AutoCloseable {
  /** What is read ahead of the consumer; then the connection waits. */
  private static final int MAX_WAITING_SIGNALS = 256;

  /** An event holds at most one chunk of a log (64 KiB) or one task with its prompt. */
  private static final int MAX_EVENT_CHARACTERS = 4 * 1024 * 1024;

  /** What came over the connection. */
  public sealed interface Signal {}

  /** An event; the id is its own, or "" for one that cannot be resumed at. */
  public record Event(String name, String id, String data) implements Signal {}

  /** A comment or a blank: the connection lives. */
  public record Alive() implements Signal {}

  /** The connection has ended. */
  public record Cut(String reason) implements Signal {}

  private final InputStream in;
  private final BlockingQueue<Signal> signals = new ArrayBlockingQueue<>(MAX_WAITING_SIGNALS);
  private final Thread reader;

  EventStream(InputStream in) {
    this.in = in;
    this.reader = Thread.ofPlatform().daemon().name("errand-events").start(this::read);
  }

  /**
   * The next signal, or null when none comes in time.
   *
   * @throws InterruptedException when the waiting thread is interrupted
   */
  public @Nullable Signal next(Duration limit) throws InterruptedException {
    return signals.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Returns at once. A reader that waits for the server keeps the connection until a byte comes or
   * its time to answer is over: the JDK lets nobody close what another thread reads.
   */
  @Override
  public void close() {
    reader.interrupt();
  }

  private void read() {
    try {
      Signal end = new Cut("the server closed the stream");
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
        dispatch(lines);
      } catch (IOException e) {
        end = new Cut(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
      }
      signals.put(end);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed: nobody reads any more
    }
  }

  private void dispatch(BufferedReader lines) throws IOException, InterruptedException {
    String name = "";
    String id = "";
    StringBuilder data = new StringBuilder();
    for (String line = line(lines); line != null; line = line(lines)) {
      if (line.isEmpty()) {
        if (data.isEmpty()) {
          signals.put(new Alive());
        } else {
          signals.put(new Event(name, id, data.substring(1)));
          id = "";
        }
        name = "";
        data.setLength(0);
        continue;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      value = value.startsWith(" ") ? value.substring(1) : value;
      switch (field) {
        case "" -> signals.put(new Alive());
        case "event" -> name = value;
        case "id" -> id = value;
        case "data" -> data.append('\n').append(value);
        default -> {} // the standard says: ignored
      }
      if (data.length() > MAX_EVENT_CHARACTERS) {
        throw new IOException("an event is too large");
      }
    }
  }

  /** A line of at most the size of an event, or null at the end. */
  private static @Nullable String line(BufferedReader lines) throws IOException {
    StringBuilder line = new StringBuilder();
    int c = lines.read();
    if (c < 0) {
      return null;
    }
    for (; c >= 0 && c != '\n' && c != '\r'; c = lines.read()) {
      if (line.length() >= MAX_EVENT_CHARACTERS) {
        throw new IOException("a line of an event is too large");
      }
      line.append((char) c);
    }
    if (c == '\r') {
      lines.mark(1);
      if (lines.read() != '\n') {
        lines.reset();
      }
    }
    return line.toString();
  }
}
