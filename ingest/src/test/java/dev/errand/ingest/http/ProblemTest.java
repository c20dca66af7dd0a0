package dev.errand.ingest.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Verdict;
import jakarta.ws.rs.core.Response.Status;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemTest {
  private static JsonNode json(Problem problem) throws Exception {
    return new ObjectMapper().readTree(problem.json());
  }

  @ParameterizedTest
  @EnumSource
  void saysOfEveryFailureWhatToDo(FailureCode code) throws Exception {
    Problem problem = Problem.of(code, "it broke");

    assertThat(problem.status()).isEqualTo(Verdict.on(code).httpStatus()).isBetween(400, 599);
    assertThat(json(problem).get("status").asInt()).isEqualTo(problem.status());
    assertThat(json(problem).get("code").asText()).isEqualTo(code.name());
    assertThat(json(problem).get("title").asText()).isNotBlank();
    assertThat(json(problem).get("detail").asText()).isEqualTo("it broke");
    assertThat(json(problem).get("hint").asText()).isEqualTo(code.hint());
    assertThat(json(problem).has("lastLines")).isFalse();
    assertThat(json(problem).has("line")).isFalse();
  }

  @Test
  void tellsThePlaceAndTheLogToPrograms() throws Exception {
    Failure failure =
        new Failure(
            FailureCode.ENVIRONMENT_INVALID, "line 3, column 14: limits: no", List.of("a", "b"));

    JsonNode json = json(Problem.of(failure));

    assertThat(json.get("line").asInt()).isEqualTo(3);
    assertThat(json.get("column").asInt()).isEqualTo(14);
    assertThat(json.get("lastLines")).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.class,
      names = {
        "UNAUTHORIZED",
        "FORBIDDEN",
        "NOT_FOUND",
        "METHOD_NOT_ALLOWED",
        "NOT_ACCEPTABLE",
        "REQUEST_ENTITY_TOO_LARGE",
        "UNSUPPORTED_MEDIA_TYPE",
        "BAD_REQUEST",
        "INTERNAL_SERVER_ERROR"
      })
  void keepsTheStatusThatTheHttpLayerChose(Status status) {
    FailureCode code = ProblemMappers.codeOf(status.getStatusCode());

    assertThat(Verdict.on(code).httpStatus()).isEqualTo(status.getStatusCode());
    assertThat(ProblemMappers.messageOf(status.getStatusCode())).isNotBlank();
  }
}
