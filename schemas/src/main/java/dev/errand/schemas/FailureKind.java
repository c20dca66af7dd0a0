package dev.errand.schemas;

/** Whose problem a failure is, and with it what the machine does about it. */
public enum FailureKind {
  /** The task, the environment or the repository: ended at once, with a hint. */
  USER,
  /** No room: nothing is drawn until there is. */
  CAPACITY,
  /** The machine, the engine, the network: tried again in place, then elsewhere, then ended. */
  INFRASTRUCTURE,
  /** Us: dead letter with its cause, and ended. */
  BUG
}
