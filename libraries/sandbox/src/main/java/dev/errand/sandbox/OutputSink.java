package dev.errand.sandbox;

import java.io.IOException;

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
