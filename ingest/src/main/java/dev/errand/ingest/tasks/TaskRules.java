package dev.errand.ingest.tasks;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.TaskRequested;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.AttemptId;
import dev.errand.schemas.ids.RefName;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What holds for every request, whichever door it comes through. */
public final class TaskRules {
  private static final int MAX_KEY_CHARACTERS = 200;

  private TaskRules() {}

  /**
   * @throws ErrandException PROMPT_EMPTY, PROMPT_TOO_LARGE, ATTEMPTS_OUT_OF_RANGE or
   *     REQUEST_INVALID
   */
  public static void check(TaskRequested request) {
    checkPrompt(request.prompt());
    if (request.attempts() < 1 || request.attempts() > AttemptId.MAX_ATTEMPTS) {
      throw new ErrandException(
          FailureCode.ATTEMPTS_OUT_OF_RANGE,
          "%d attempts are asked for".formatted(request.attempts()));
    }
    checkKey(request.idempotencyKey());
    branch(request);
  }

  /**
   * @throws ErrandException PROMPT_EMPTY, PROMPT_TOO_LARGE or REQUEST_INVALID
   */
  static void checkPrompt(String prompt) {
    if (prompt.isBlank()) {
      throw new ErrandException(FailureCode.PROMPT_EMPTY, "the prompt is empty");
    }
    int bytes = prompt.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > TaskSpec.MAX_PROMPT_BYTES) {
      throw new ErrandException(
          FailureCode.PROMPT_TOO_LARGE,
          "the prompt has %d bytes; %d are taken".formatted(bytes, TaskSpec.MAX_PROMPT_BYTES));
    }
    if (prompt.indexOf('\0') >= 0) {
      throw invalid("the prompt holds a NUL character");
    }
  }

  /**
   * @throws ErrandException REQUEST_INVALID
   */
  static void checkKey(String key) {
    if (key.isEmpty()
        || key.length() > MAX_KEY_CHARACTERS
        || key.chars().anyMatch(Character::isISOControl)) {
      throw invalid("an idempotency key has 1 to %d characters".formatted(MAX_KEY_CHARACTERS));
    }
  }

  /**
   * The reference that the request names; null when it names none.
   *
   * @throws ErrandException REQUEST_INVALID when git would not take it
   */
  public static @Nullable RefName branch(TaskRequested request) {
    try {
      return request.branch() == null ? null : new RefName(request.branch());
    } catch (IllegalArgumentException e) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID, "branch: " + String.valueOf(e.getMessage()), e);
    }
  }

  private static ErrandException invalid(String message) {
    return new ErrandException(FailureCode.REQUEST_INVALID, message);
  }
}
