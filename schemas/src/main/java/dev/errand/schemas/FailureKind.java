package dev.errand.schemas;

/** Whose problem a failure is, and with it what the machine does about it. */
public enum FailureKind {
  /** The task, the environment or the repository: ended at once, with a hint. */
  USER,
  /**
   * No room here, no disk or no engine: what has begun waits for it, nothing is drawn until it is
   * there, and another node may take what has not begun.
   */
  CAPACITY,
  /** The machine, the engine, the network: tried again in place, then elsewhere, then ended. */
  INFRASTRUCTURE,
  /** Us: dead letter with its cause, and ended. */
  BUG
}
