package dev.errand.ingest.tasks;

import dev.errand.ingest.documents.Fields;
import dev.errand.ingest.documents.Syntax;
import dev.errand.ingest.documents.Value;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.AttemptId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a message says.
 *
 * @param attempt 0 is the only one, or the best
 * @param idempotencyKey the same key is the same message, until the attempt's next one
 */
public record MessageRequest(String prompt, int attempt, String idempotencyKey) {
  /**
   * @param key null makes every call another message
   * @throws dev.errand.schemas.ErrandException REQUEST_INVALID, PROMPT_EMPTY, PROMPT_TOO_LARGE
   */
  public static MessageRequest read(byte[] body, @Nullable String key) {
    Fields fields =
        Value.parse(body, Syntax.JSON, FailureCode.REQUEST_INVALID).fields("prompt", "attempt");
    MessageRequest request =
        new MessageRequest(
            fields.required("prompt").text(),
            fields.find("attempt").map(value -> value.integer(1, AttemptId.MAX_ATTEMPTS)).orElse(0),
            key == null ? UUID.randomUUID().toString() : key);
    TaskRules.checkPrompt(request.prompt());
    TaskRules.checkKey(request.idempotencyKey());
    return request;
  }
}
