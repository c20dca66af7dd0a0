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
  /** Its engine's socket is gone for some time. */
  ENGINE_AWAY,
  /** The data folder's disk has less than the reserve for some time. */
  DISK_FULL;

  /** Whether it hits one process rather than what is around them. */
  boolean isOfProcess() {
    return this != ENGINE_AWAY && this != DISK_FULL;
  }
}
