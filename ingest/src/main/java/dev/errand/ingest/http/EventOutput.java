package dev.errand.ingest.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes server-sent events to one client, each flushed at once. A slow client makes the writer
 * wait; a client that has gone makes it fail with an IOException. For one thread.
 *
 * <p>Source: HTML Living Standard, section 9.2.
 */
public final class EventOutput {
  /** How often at least a writer that has nothing to say calls {@link #heartbeat}. */
  public static final Duration LOOK = Duration.ofSeconds(1);

  /** Below the idle limits of usual proxies; what a client that is gone without a word fails at. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final OutputStream out;
  private final InstantSource clock;
  private final BooleanSupplier gone;
  private Instant lastWrite;

  /**
   * @param gone whether the client's connection is closed
   */
  public EventOutput(OutputStream out, InstantSource clock, BooleanSupplier gone)
      throws IOException {
    this.out = out;
    this.clock = clock;
    this.gone = gone;
    this.lastWrite = clock.instant();
    write(": errand\nretry: 1000\n\n");
  }

  /**
   * @param id what the client says when it comes back, or null to leave the last one
   * @param data written as JSON, which has no line ends
   */
  public void event(String name, @Nullable String id, Object data) throws IOException {
    String idLine = id == null ? "" : "id: " + id + "\n";
    write("event: %s\n%sdata: %s\n\n".formatted(name, idLine, JSON.writeValueAsString(data)));
  }

  /** Shows the client that we live, when nothing else has for a while; fails when it has gone. */
  public void heartbeat() throws IOException {
    if (gone.getAsBoolean()) {
      throw new EOFException("the client has gone");
    }
    if (Duration.between(lastWrite, clock.instant()).compareTo(HEARTBEAT) >= 0) {
      write(": still here\n\n");
    }
  }

  private void write(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
    lastWrite = clock.instant();
  }
}
