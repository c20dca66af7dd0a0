package dev.errand.schemas;

/**
 * What follows from a failure, everywhere: the one table.
 *
 * @param retried whether the same work is tried again before the run is ended
 * @param deadLettered whether the input is kept with its cause for a person to look at
 * @param httpStatus the status of a request that fails so
 * @param exitCode the exit code of a command that fails so
 */
public record Verdict(boolean retried, boolean deadLettered, int httpStatus, int exitCode) {
  /** The verdict on a failure; total over the closed list. */
  public static Verdict on(FailureCode code) {
    return switch (code) {
      case ENVIRONMENT_UNKNOWN, TASK_UNKNOWN, SNAPSHOT_UNKNOWN, NOT_FOUND ->
          new Verdict(false, false, 404, 3);
      case DIFF_MISSING -> new Verdict(false, false, 404, 1);
      case TOKEN_INVALID -> new Verdict(false, false, 401, 4);
      case METHOD_NOT_ALLOWED -> new Verdict(false, false, 405, 2);
      case NOT_ACCEPTABLE -> new Verdict(false, false, 406, 2);
      case MEDIA_TYPE_UNSUPPORTED -> new Verdict(false, false, 415, 2);
      case NOT_ALLOWED, SIGNATURE_INVALID, SECRETS_REFUSED -> new Verdict(false, false, 403, 4);
      case IDEMPOTENCY_CONFLICT, SCHEMA_CONFLICT, ATTEMPT_BUSY, ATTEMPT_CLOSED ->
          new Verdict(false, false, 409, 1);
      case PROMPT_TOO_LARGE, REQUEST_TOO_LARGE -> new Verdict(false, false, 413, 2);
      case REQUEST_INVALID, PROMPT_EMPTY, ATTEMPTS_OUT_OF_RANGE, ENVIRONMENT_INVALID ->
          new Verdict(false, false, 400, 2);
      case BROKER_UNAVAILABLE -> new Verdict(true, false, 503, 6);
      default ->
          switch (code.kind()) {
            case USER -> new Verdict(false, false, 422, 1);
            case CAPACITY -> new Verdict(true, false, 503, 1);
            case INFRASTRUCTURE -> new Verdict(true, false, 503, 1);
            case BUG -> new Verdict(false, true, 500, 1);
          };
    };
  }
}
