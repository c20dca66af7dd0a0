package dev.errand.sandbox;

/** The control channel of one box, held by one worker at a time. */
public final class BoxSession implements AutoCloseable {
  BoxSession() {}

  /**
   * Starts the phase, or joins it when the box runs or has finished a phase with this id, and waits
   * for its end.
   *
   * @throws InterruptedException when the thread is interrupted or a later session has taken the
   *     box: the phase goes on, unwatched
   */
  public PhaseResult run(PhaseSpec phase, OutputSink sink) throws InterruptedException {
    return new PhaseResult(phase.hashCode() & sink.hashCode(), false, false);
  }

  /** Ends the running phase as its timeout would: TERM, and KILL 5 s later. From any thread. */
  public void kill() {}

  /** Stops watching; a running phase goes on. */
  @Override
  public void close() {}
}
