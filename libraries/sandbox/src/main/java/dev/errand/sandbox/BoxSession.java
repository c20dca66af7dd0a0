package dev.errand.sandbox;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The control channel of one box, held by one worker at a time. One thread runs phases, any thread
 * may kill and close.
 */
public final class BoxSession implements AutoCloseable {
  private static final int PROTOCOL_VERSION = 1;

  /** The runner connects in milliseconds when the box has a processor to run on. */
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(60);

  /** The engine learns of a container's death within this time of the channel's end. */
  private static final Duration DEATH_PATIENCE = Duration.ofSeconds(20);

  private static final Duration LOOK = Duration.ofMillis(100);

  /** Beyond a phase's timeout: 5 s from TERM to KILL, 10 s of cleaning, and a crowded machine. */
  private static final Duration SILENCE_PATIENCE = Duration.ofMinutes(5);

  /** Acknowledging less often than the runner's window (1 MiB) asks for saves half the frames. */
  private static final int ACKNOWLEDGE_BYTES = 256 * 1024;

  private final ControlSocket socket;
  private final Supplier<Containers.State> container;
  private final List<String> imageEnvironment;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile String current = ""; // the phase that the runner runs or has run last

  private BoxSession(
      ControlSocket socket, Supplier<Containers.State> container, List<String> imageEnvironment) {
    this.socket = socket;
    this.container = container;
    this.imageEnvironment = imageEnvironment;
  }

  /** Takes over the channel and waits for the runner's hello. */
  static BoxSession open(
      ControlSocket socket, Supplier<Containers.State> container, List<String> imageEnvironment)
      throws InterruptedException {
    BoxSession session = new BoxSession(socket, container, imageEnvironment);
    boolean opened = false;
    try {
      session.awaitHello(CONNECT_PATIENCE);
      opened = true;
    } finally {
      if (!opened) {
        socket.close();
      }
    }
    return session;
  }

  /**
   * Starts the phase, or joins it when the box runs or has finished a phase with this id, and waits
   * for its end. BOX_LOST when the container dies, OUT_OF_MEMORY when its limit killed it,
   * SANDBOX_NOT_CLEAN when something of this or an earlier phase cannot be removed.
   *
   * @throws InterruptedException when the thread is interrupted or a later session has taken the
   *     box: the phase goes on, unwatched
   */
  public PhaseResult run(PhaseSpec phase, OutputSink sink) throws InterruptedException {
    if (!running.compareAndSet(false, true)) {
      throw new IllegalStateException("a session runs one phase at a time");
    }
    try {
      return new Run(phase, sink).result();
    } finally {
      running.set(false);
    }
  }

  /** Ends the running phase as its timeout would: TERM, and KILL 5 s later. From any thread. */
  public void kill() {
    socket.send(RunnerCommand.kill(current));
  }

  /** Stops watching; a running phase goes on. */
  @Override
  public void close() {
    socket.close();
  }

  private void awaitHello(Duration patience) throws InterruptedException {
    for (long looks = patience.dividedBy(LOOK); looks > 0; looks--) {
      RunnerMessage message = socket.next(LOOK);
      if (message instanceof RunnerMessage.Hello hello) {
        if (hello.version() != PROTOCOL_VERSION) {
          throw new ErrandException(
              FailureCode.BOX_LOST,
              "the box's runner speaks version %d of the protocol, not %d"
                  .formatted(hello.version(), PROTOCOL_VERSION));
        }
        current = hello.phase();
        return;
      }
      if (!socket.isBound()) {
        throw new InterruptedException("another session has taken the box, or it is removed");
      }
      if (message == null) {
        container.get().requireRunning();
      }
    }
    throw new ErrandException(
        FailureCode.BOX_LOST, "the box's runner has not connected for %s".formatted(patience));
  }

  /** One phase, watched to its end. */
  private final class Run {
    private final PhaseSpec phase;
    private final OutputSink sink;
    private final Duration silence;
    private boolean started;
    private long taken; // output below this offset has been accepted by the sink
    private long acknowledged;

    Run(PhaseSpec phase, OutputSink sink) {
      this.phase = phase;
      this.sink = sink;
      this.silence = phase.timeout().plus(SILENCE_PATIENCE);
    }

    PhaseResult result() throws InterruptedException {
      ask();
      while (true) {
        RunnerMessage message = socket.next(silence);
        if (message == null) {
          throw new ErrandException(
              FailureCode.BOX_LOST, "the box's runner has been silent for " + silence);
        }
        PhaseResult result = handle(message);
        if (result != null) {
          return result;
        }
      }
    }

    /** What lies in the queue from a run before belongs to a phase that this one joins. */
    private void ask() {
      started = false;
      if (current.equals(phase.id())) {
        socket.send(RunnerCommand.join(phase.id()));
        return;
      }
      Map<String, String> environment = PhaseEnvironment.of(phase, imageEnvironment);
      socket.send(
          RunnerCommand.run(phase, PhaseEnvironment.script(phase, environment), environment));
      if (!phase.secrets().isEmpty()) {
        socket.send(SecretPipe.filled(phase.secrets()));
      }
    }

    private @Nullable PhaseResult handle(RunnerMessage message) throws InterruptedException {
      return switch (message) {
        case RunnerMessage.Hello hello -> {
          current = hello.phase(); // the runner has connected anew
          ask();
          yield null;
        }
        case RunnerMessage.Started known -> {
          if (known.phase().equals(phase.id())) {
            current = phase.id();
            started = true;
            taken = known.offset();
            acknowledged = taken;
          }
          yield null;
        }
        case RunnerMessage.Output output -> {
          take(output);
          yield null;
        }
        case RunnerMessage.Exit exit -> ended(exit);
        case RunnerMessage.Refused refused -> throw refusal(refused);
        case RunnerMessage.Gone gone -> {
          awaitHello(DEATH_PATIENCE);
          ask();
          yield null;
        }
      };
    }

    private void take(RunnerMessage.Output output) {
      if (!started) {
        return; // of the watch before; it comes again from the acknowledged offset on
      }
      if (output.offset != taken) {
        throw new ErrandException(
            FailureCode.BUG, "output at %d came where %d was due".formatted(output.offset, taken));
      }
      try {
        sink.accept(taken, output.data);
      } catch (IOException failed) {
        throw new ErrandException(
            FailureCode.DISK_FULL, "the phase's output could not be kept: " + failed, failed);
      }
      taken += output.data.length;
      if (taken - acknowledged >= ACKNOWLEDGE_BYTES || !socket.hasNext()) {
        socket.send(RunnerCommand.acknowledge(taken));
        acknowledged = taken;
      }
    }

    private @Nullable PhaseResult ended(RunnerMessage.Exit exit) {
      boolean mine = exit.phase().equals(phase.id());
      boolean ofWatchBefore = !started && current.equals(phase.id());
      if (!mine || ofWatchBefore) {
        return null;
      }
      if (taken > acknowledged) {
        socket.send(RunnerCommand.acknowledge(taken));
      }
      if (exit.notClean()) {
        throw new ErrandException(
            FailureCode.SANDBOX_NOT_CLEAN,
            "something of the phase %s could not be removed".formatted(phase.id()));
      }
      return new PhaseResult(exit.code(), exit.timedOut(), exit.outOfMemory());
    }

    private ErrandException refusal(RunnerMessage.Refused refused) {
      if (refused.reason().equals("not clean")) {
        return new ErrandException(
            FailureCode.SANDBOX_NOT_CLEAN, "something of an earlier phase could not be removed");
      }
      return new ErrandException(
          FailureCode.BUG,
          "the runner refused the phase %s: %s".formatted(phase.id(), refused.reason()));
    }
  }

  /** Takes what a phase writes to standard output and standard error, in the order of writing. */
  @FunctionalInterface
  public interface OutputSink {
    /** The most that one call brings. */
    int MAX_CHUNK_BYTES = 64 * 1024;

    /**
     * Takes the next bytes, on the thread that runs the phase. Returning acknowledges them: the box
     * forgets them, and a later session continues behind them. Bytes whose call did not return, or
     * whose acknowledgement was lost with its process, come again at the same offset.
     *
     * @param offset of the first byte, from 0 at the phase's start
     * @throws IOException ends the session's run; the phase itself goes on
     */
    void accept(long offset, byte[] data) throws IOException;
  }
}
