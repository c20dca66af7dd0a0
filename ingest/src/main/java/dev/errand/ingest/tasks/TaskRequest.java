package dev.errand.ingest.tasks;

import dev.errand.ingest.documents.Fields;
import dev.errand.ingest.documents.Syntax;
import dev.errand.ingest.documents.Value;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.EnvironmentId;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a submission says.
 *
 * @param branch null is the environment's
 * @param environmentVersion 0 is the newest
 */
public record TaskRequest(
    EnvironmentId environment,
    String prompt,
    @Nullable String branch,
    int attempts,
    int environmentVersion) {
  /**
   * @throws dev.errand.schemas.ErrandException REQUEST_INVALID with line and column
   */
  public static TaskRequest read(byte[] body) {
    Fields fields =
        Value.parse(body, Syntax.JSON, FailureCode.REQUEST_INVALID)
            .fields("environment", "prompt", "branch", "attempts", "environmentVersion");
    return new TaskRequest(
        fields.required("environment").as(EnvironmentId::new),
        fields.required("prompt").text(),
        fields.find("branch").map(Value::text).orElse(null),
        fields
            .find("attempts")
            .map(value -> value.integer(Integer.MIN_VALUE, Integer.MAX_VALUE)) // a code of its own
            .orElse(1),
        fields
            .find("environmentVersion")
            .map(value -> value.integer(0, Integer.MAX_VALUE))
            .orElse(0));
  }
}
