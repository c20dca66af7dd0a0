package dev.errand.standalone;

/** What breaks on a game day. */
enum Fault {
  /** SIGKILL, and started again. */
  KILLED,
  /** SIGSTOP for some time, as a machine that swaps or a debugger does. */
  STOPPED,
  /** SIGTERM, and started again. */
  RESTARTED,
  /** Started again with a clock that is minutes off; right again with the next fault. */
  CLOCK_SHIFTED,
  /** SIGKILL to the engine's daemon; started again it ends the boxes that it finds. */
  ENGINE_KILLED,
  /** The data folder's disk has less than the reserve for some time. */
  DISK_FULL;

  /** Whether it hits one process rather than what is around them. */
  boolean isOfProcess() {
    return this != ENGINE_KILLED && this != DISK_FULL;
  }
}
