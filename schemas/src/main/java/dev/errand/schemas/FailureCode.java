package dev.errand.schemas;

/**
 * The closed list of reasons for which something can fail. Every failed attempt and every refused
 * request carries exactly one; its hint completes "perhaps you should ...". Names go over the wire
 * and are never changed or reused.
 */
public enum FailureCode {
  REQUEST_INVALID(FailureKind.USER, "correct the field that the message names and send it again"),
  REQUEST_TOO_LARGE(
      FailureKind.USER, "send less in one request; the message says how much is taken"),
  METHOD_NOT_ALLOWED(
      FailureKind.USER, "use one of the methods that /q/openapi lists for this address"),
  NOT_ACCEPTABLE(FailureKind.USER, "ask for one of the types that /q/openapi lists"),
  MEDIA_TYPE_UNSUPPORTED(
      FailureKind.USER, "send the content type that /q/openapi lists for this request"),
  NOT_FOUND(
      FailureKind.USER,
      "check the name against what there is: `errand token list`, `errand secret list --kind git`,"
          + " `errand env get ENV`, `errand cloud status ID`; /q/openapi lists the addresses"),
  TOKEN_INVALID(
      FailureKind.USER,
      "give a token of this server in ERRAND_TOKEN, or use the one in its data folder"),
  TASK_UNKNOWN(FailureKind.USER, "list your tasks with `errand cloud list`"),
  SNAPSHOT_UNKNOWN(FailureKind.USER, "list what is prepared with `errand cache list --all`"),
  DIFF_MISSING(
      FailureKind.USER,
      "wait for the task with `errand cloud wait ID`, or read why with `errand cloud status ID`"),
  ATTEMPT_BUSY(
      FailureKind.USER, "wait for it with `errand cloud wait ID`, then send the message again"),
  ATTEMPT_CLOSED(
      FailureKind.USER,
      "apply what there is with `errand apply ID` and hand over a new task: `errand cloud exec`"),
  SCHEMA_CONFLICT(
      FailureKind.USER, "use a schema that the registry lists; new ones come with new versions"),
  PROMPT_EMPTY(
      FailureKind.USER,
      "say what the agent should do, as an argument, or with - on standard input"),
  PROMPT_TOO_LARGE(
      FailureKind.USER,
      "put long material into a file of the repository and refer to it in the prompt"),
  ATTEMPTS_OUT_OF_RANGE(FailureKind.USER, "ask for 1 to 4 attempts"),
  ENVIRONMENT_UNKNOWN(
      FailureKind.USER,
      "list the environments with `errand env list`, or create one with `errand env apply -f FILE`"),
  ENVIRONMENT_INVALID(
      FailureKind.USER,
      "correct the environment's file at the place that the message names and apply it again"),
  IDEMPOTENCY_CONFLICT(FailureKind.USER, "use a new idempotency key for another request"),
  SIGNATURE_INVALID(
      FailureKind.USER,
      "sign the record with a key of this installation, over its topic, value and time"),
  NOT_ALLOWED(FailureKind.USER, "ask an operator for the role that the message names"),
  REPOSITORY_REFUSED(
      FailureKind.USER,
      "use https:// or ssh://, or have an operator allow this scheme, host or folder"),
  REPOSITORY_UNREACHABLE(
      FailureKind.USER,
      "check the repository's URL and that this server can reach it: `git ls-remote URL`"),
  REPOSITORY_EMPTY(FailureKind.USER, "push a first commit to the repository"),
  REPOSITORY_TOO_LARGE(
      FailureKind.USER, "raise errand.repositories.max-mirror-bytes or use a smaller repository"),
  REF_NOT_FOUND(FailureKind.USER, "name a branch, tag or commit that exists: `git ls-remote URL`"),
  IMAGE_NOT_FOUND(
      FailureKind.USER, "check the image's name, or build the default image with `make images`"),
  IMAGE_REFUSED(FailureKind.USER, "use an image from a registry that this installation allows"),
  PIN_UNAVAILABLE(
      FailureKind.USER, "pin one of the versions that the message lists, or use another image"),
  CHECKOUT_FAILED(
      FailureKind.USER, "read the log's last lines: git says what it could not check out"),
  SETUP_FAILED(
      FailureKind.USER,
      "read the log's last lines, correct the setup script and apply the environment again"),
  SETUP_TIMED_OUT(
      FailureKind.USER, "raise limits.setup, or find in the log what the script waits for"),
  AGENT_FAILED(FailureKind.USER, "read the log's last lines; the agent ended with an error"),
  AGENT_TIMED_OUT(FailureKind.USER, "raise limits.agent, or split the task"),
  AGENT_UNAVAILABLE(FailureKind.USER, "use an agent that this version can run: command"),
  OUT_OF_MEMORY(FailureKind.USER, "raise limits.memory, or make the work smaller"),
  DIFF_TOO_LARGE(
      FailureKind.USER,
      "have generated files ignored with .gitignore, or raise the limit that was passed:"
          + " errand.diff-collector.max-patch-bytes or errand.diff-collector.max-files"),
  DIFF_INVALID(
      FailureKind.USER,
      "read the message: the working tree holds something that a patch cannot express"),
  SECRET_MISSING(
      FailureKind.USER, "give the secret its value: `errand env secret set ENVIRONMENT NAME`"),
  SECRETS_REFUSED(
      FailureKind.USER,
      "run the task on a commit of a trusted branch, or have an operator submit it"),
  SECRETS_UNCONFIRMED(
      FailureKind.USER,
      "confirm with `errand env apply --confirm-secrets`, or delete the secrets first"),
  QUEUE_FULL(FailureKind.CAPACITY, "wait until running tasks have ended, or add a node"),
  FOLLOWERS_FULL(FailureKind.CAPACITY, "close other followers of logs and events, then retry"),
  ENGINE_UNAVAILABLE(
      FailureKind.CAPACITY, "start the container engine; `errand doctor` says what it sees"),
  ENGINE_FAILED(
      FailureKind.INFRASTRUCTURE,
      "read the engine's own message; `errand doctor` checks the engine"),
  BOX_LOST(
      FailureKind.INFRASTRUCTURE,
      "find out what removed or killed the container, then submit again"),
  SANDBOX_NOT_CLEAN(
      FailureKind.INFRASTRUCTURE,
      "submit again; if it repeats, something in the image survives between phases"),
  NODE_LOST(FailureKind.INFRASTRUCTURE, "start the node again and submit the task again"),
  STAGE_TIMED_OUT(
      FailureKind.INFRASTRUCTURE,
      "look for the stage in `errand doctor`; a service may be down or overloaded"),
  DISK_FULL(FailureKind.CAPACITY, "free space on the disk of the data folder"),
  ARTIFACT_MISSING(
      FailureKind.INFRASTRUCTURE,
      "restore the artifacts folder; facts name a file that is not there"),
  BROKER_UNAVAILABLE(
      FailureKind.INFRASTRUCTURE, "start the broker; `errand doctor` says what it sees"),
  BUG(FailureKind.BUG, "report it with the dead letter's cause: this is a mistake of ours"),
  POISON(FailureKind.BUG, "find the producer of this record: it is not what the topic holds");

  private final FailureKind kind;
  private final String hint;

  FailureCode(FailureKind kind, String hint) {
    this.kind = kind;
    this.hint = hint;
  }

  /** Whose problem it is. */
  public FailureKind kind() {
    return kind;
  }

  /** The remedy, to be read after "perhaps you should". */
  public String hint() {
    return hint;
  }
}
