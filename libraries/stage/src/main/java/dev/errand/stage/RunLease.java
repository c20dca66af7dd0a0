package dev.errand.stage;

import dev.errand.schemas.Data;
import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.wire.Headers;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** A job's lease; what it tells live is limited in rate, so that no log can drown the others. */
final class RunLease implements Lease {
  /** What one fact of {@code attempts.logged} holds at most. */
  static final int MAX_CHUNK_BYTES = 64 * 1024;

  /** Of output that came too fast, what is told at the stage's end: it says how that came out. */
  static final int MAX_TAIL_BYTES = 4 * 1024;

  private static final int BURST_SECONDS = 4;
  private static final int MAX_PROGRESS_CHARACTERS = 4 * 1024; // 16 KiB at 4 bytes each

  private final StageHost host;
  private final StageName stage;
  private final EventId input;
  private final ConsumerRecord<byte[], byte[]> entry;
  private final Path directory;
  private final @Nullable RunId run;
  private final Context trace; // of the work: what it tells may come from other threads
  private final List<Event.LogArtifact> logs = new CopyOnWriteArrayList<>();

  private double allowed; // bytes; guarded by this, like the four below
  private long countedAt;
  private boolean leftOut;
  private byte[] tail = {}; // the last bytes before the end, as far as they were left out
  private long end;

  RunLease(StageHost host, StageName stage, Drawn drawn, Path directory) {
    this.host = host;
    this.stage = stage;
    this.input = drawn.id();
    this.entry = drawn.entry();
    this.run = drawn.run();
    this.directory = directory;
    this.trace = Context.current();
    this.allowed = (double) host.settings().liveLogBytes() * BURST_SECONDS;
    this.countedAt = host.clock().millis();
  }

  /**
   * A record that was drawn and understood.
   *
   * @param run the run that it is about, or null
   */
  record Drawn(ConsumerRecord<byte[], byte[]> entry, Event fact, EventId id, @Nullable RunId run) {
    /** Later deliveries are not for work: one copies the record, one is left for a crash there. */
    static final int LAST_WORKING_DELIVERY = MachineSettings.MAX_DELIVERIES - 3;

    static Drawn of(ConsumerRecord<byte[], byte[]> entry, Event fact) {
      return new Drawn(
          entry, fact, idOf(entry, fact), fact instanceof Event.OfRun ofRun ? ofRun.run() : null);
    }

    /** In the public inbox anybody could send another's id, and have its result taken for ours. */
    private static EventId idOf(ConsumerRecord<byte[], byte[]> entry, Event fact) {
      return fact instanceof Event.TaskRequested
          ? placeOf(entry)
          : header(entry, Headers.EVENT_ID).flatMap(Drawn::parsed).orElseGet(() -> placeOf(entry));
    }

    /** What no two jobs of a stage may work on at the same time; the journal's folder. */
    String key() {
      return run != null ? run.toString() : fact.key();
    }

    /** The id of what a stage makes of it. */
    EventId outputOf(StageName stage) {
      return run == null ? id.then(stage, 1, 1) : id.then(stage, run.turn(), run.run());
    }

    /** How often it was delivered, this time included; a restarted broker counts from 1 again. */
    int deliveries() {
      return entry.deliveryCount().map(Short::intValue).orElse(1);
    }

    boolean isWornOut() {
      return deliveries() > LAST_WORKING_DELIVERY;
    }

    /** How often it was appended anew because it had been delivered too often. */
    int requeued() {
      return header(entry, Headers.REQUEUED)
          .filter(text -> text.matches("[0-9]{1,4}"))
          .map(Integer::parseInt)
          .orElse(0);
    }

    private static EventId placeOf(ConsumerRecord<byte[], byte[]> entry) {
      return EventId.of(entry.topic() + "-" + entry.partition() + "-" + entry.offset());
    }

    private static Optional<EventId> parsed(String text) {
      try {
        return Optional.of(EventId.parse(text));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }

    private static Optional<String> header(ConsumerRecord<byte[], byte[]> entry, String name) {
      Header header = entry.headers().lastHeader(name);
      return header == null || header.value() == null
          ? Optional.empty()
          : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
    }
  }

  @Override
  public EventId input() {
    return input;
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public byte[] value() {
    return entry.value().clone();
  }

  @Override
  public Optional<String> header(String name) {
    return Drawn.header(entry, name);
  }

  @Override
  public void check() {
    if (run != null && host.ledger().isOver(run)) {
      throw new RunOverException(run);
    }
  }

  @Override
  public void progress(Event.Progress progress) {
    if (run != null) {
      tell(
          Topic.ATTEMPTS_PROGRESSED,
          new Event.AttemptProgressed(run, host.node(), stage, shortened(progress)));
    }
  }

  @Override
  public synchronized void log(long offset, byte[] data) {
    for (int from = 0; from < data.length; from += MAX_CHUNK_BYTES) {
      int to = Math.min(data.length, from + MAX_CHUNK_BYTES);
      byte[] chunk = Arrays.copyOfRange(data, from, to);
      if (isAllowed(chunk.length)) {
        append(offset + from, chunk);
      } else {
        leftOut = true;
        tail = lastOf(tail, chunk);
      }
    }
    end = Math.max(end, offset + data.length);
  }

  @Override
  public void recorded(Event.LogArtifact log) {
    logs.add(log);
  }

  /** The logs that are durable so far. */
  List<Event.LogArtifact> logs() {
    return List.copyOf(logs);
  }

  /**
   * Tells at the stage's end its last bytes, if its live log misses them, and that it misses more.
   */
  synchronized void finish() {
    if (leftOut) {
      append(end - tail.length, tail);
    }
  }

  private static byte[] lastOf(byte[] before, byte[] next) {
    int kept = Math.clamp(MAX_TAIL_BYTES - next.length, 0, before.length);
    byte[] last = Arrays.copyOfRange(before, before.length - kept, before.length + next.length);
    System.arraycopy(next, 0, last, kept, next.length);
    return Arrays.copyOfRange(last, Math.max(0, last.length - MAX_TAIL_BYTES), last.length);
  }

  private boolean isAllowed(int bytes) {
    long now = host.clock().millis();
    double rate = host.settings().liveLogBytes();
    allowed = Math.min(rate * BURST_SECONDS, allowed + rate * (now - countedAt) / 1000);
    countedAt = now;
    if (allowed < bytes) {
      return false;
    }
    allowed -= bytes;
    return true;
  }

  private void append(long offset, byte[] bytes) {
    if (run != null) {
      tell(
          Topic.ATTEMPTS_LOGGED,
          new Event.AttemptLogged(run, host.node(), stage, offset, Data.of(bytes), leftOut));
    }
    leftOut = false;
    tail = new byte[0];
  }

  private void tell(Topic topic, Event fact) {
    try (Scope _ = trace.makeCurrent()) {
      host.writer().appendLive(topic, fact);
    }
  }

  private static Event.Progress shortened(Event.Progress progress) {
    return switch (progress) {
      case Event.Progress.Noticed(String text) -> new Event.Progress.Noticed(shortened(text));
      case Event.Progress.Said(String text) -> new Event.Progress.Said(shortened(text));
      case Event.Progress.Commanded(String command, Integer exitCode) ->
          new Event.Progress.Commanded(shortened(command), exitCode);
      case Event.Progress.Started started -> started;
      case Event.Progress.Denied denied -> denied;
      case Event.Progress.Unknown unknown -> unknown;
    };
  }

  private static String shortened(String text) {
    return text.length() <= MAX_PROGRESS_CHARACTERS
        ? text
        : text.substring(0, MAX_PROGRESS_CHARACTERS - 3) + "...";
  }
}
