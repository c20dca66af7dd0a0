package dev.errand.ingest.access;

/** Everything that a request can want. */
public enum Operation {
  SUBMIT_TASK,
  READ_TASK,
  CANCEL_TASK,
  MESSAGE_TASK,
  READ_ENVIRONMENT,
  EDIT_ENVIRONMENT,
  EDIT_SECRET,
  /** Have a task see secrets whatever commit it runs on. */
  USE_SECRETS,
  READ_NODES,
  READ_SNAPSHOTS,
  /** The numbers that a process keeps about itself. */
  READ_METRICS,
  /** Look at records that no stage could take, and bring them back. */
  HANDLE_DEAD_LETTERS,
  MANAGE_TOKENS
}
