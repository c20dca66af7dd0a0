package dev.errand.repositories;

import java.util.List;

/**
 * How a call of git ended.
 *
 * @param output standard output, read as UTF-8
 * @param errors the last lines of standard error, without terminal controls
 */
record GitResult(End end, int exitCode, String output, List<String> errors) {
  /** Why it is over. */
  enum End {
    EXITED,
    TIMED_OUT,
    TOO_LARGE,
    NO_ROOM,
    OUTPUT_TOO_LONG
  }

  boolean succeeded() {
    return end == End.EXITED && exitCode == 0;
  }
}
