package dev.errand.artifacts;

/**
 * Hides what must not be recorded. It may hold bytes back until it has seen what follows them, but
 * never changes their number: an offset of the output is an offset of the log. One thread.
 */
public interface LogFilter {
  /** What may be recorded now, which may end in what was held back before. */
  byte[] filter(byte[] data);

  /** What was held back, at the end of the output. */
  byte[] rest();

  /**
   * Tells that so many bytes that were held back are lost, because the process that had them is.
   */
  void skipped(long bytes);

  /** Hides nothing: for output of phases that were given no secret. */
  static LogFilter none() {
    return new LogFilter() {
      @Override
      public byte[] filter(byte[] data) {
        return data;
      }

      @Override
      public byte[] rest() {
        return new byte[0];
      }

      @Override
      public void skipped(long bytes) {
        // Nothing is ever held back.
      }
    };
  }
}
