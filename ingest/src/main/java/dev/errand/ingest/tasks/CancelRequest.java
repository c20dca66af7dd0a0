package dev.errand.ingest.tasks;

import dev.errand.ingest.documents.Syntax;
import dev.errand.ingest.documents.Value;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.AttemptId;
import dev.errand.views.TaskView;

/** What the body of a cancellation says. */
public final class CancelRequest {
  /** All attempts. */
  public static final int ALL = 0;

  private CancelRequest() {}

  /**
   * The attempt to cancel, or {@link #ALL}.
   *
   * @throws ErrandException REQUEST_INVALID, also for an attempt that the task does not have
   */
  public static int attempt(byte[] body, TaskView task) {
    if (body.length == 0) {
      return ALL;
    }
    int attempt =
        Value.parse(body, Syntax.JSON, FailureCode.REQUEST_INVALID)
            .fields("attempt")
            .find("attempt")
            .map(value -> value.integer(1, AttemptId.MAX_ATTEMPTS))
            .orElse(ALL);
    TaskView.Admitted admitted = task.admitted();
    if (admitted != null && attempt > admitted.attempts()) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID,
          "the task has %d attempts, none is %d".formatted(admitted.attempts(), attempt));
    }
    return attempt;
  }
}
