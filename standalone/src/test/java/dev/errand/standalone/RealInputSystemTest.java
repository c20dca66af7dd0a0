package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.schemas.FailureCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every {@link RealInput} ends with its code or its diff; leaks are not counted yet. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealInputSystemTest {
  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  private final Map<String, CommandResult> submissions = new HashMap<>();
  private final List<ScratchRepository> repositories = new ArrayList<>();

  static Stream<RealInput> inputs() {
    return RealInput.all().stream();
  }

  /** All at once: they queue for the node's permits as a team's tasks would. */
  @BeforeAll
  void submitAll() {
    errand = Deployment.start();
    for (RealInput input : RealInput.all()) {
      ScratchRepository repository = input.fill();
      repositories.add(repository);
      errand.applyEnvironment(input.name(), repository.url(), input.setup());
      submissions.put(
          input.name(),
          errand.errand(
              "cloud", "exec", "--env", input.name(), "--branch", input.branch(), input.prompt()));
    }
  }

  @AfterAll
  void end() {
    repositories.forEach(ScratchRepository::delete);
    errand.close();
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void endsOnceWithItsCodeOrItsDiff(RealInput input) {
    CommandResult submission = Objects.requireNonNull(submissions.get(input.name()));
    FailureCode code = input.code();
    if (code != null && submission.exitCode() != 0) {
      assertThat(submission.err()).contains(code.name()).contains(code.hint());
      return;
    }
    String task = Deployment.taskOf(submission.succeeded());
    JsonNode ended = errand.awaitEnd(task);

    JsonNode attempt = ended.get("attempts").get(0);
    if (code == null) {
      assertThat(attempt.get("state").asText()).as(ended.toPrettyString()).isEqualTo("presented");
      String diff = errand.errand("cloud", "diff", task).succeeded().out();
      assertThat(diff.isEmpty()).as(diff).isEqualTo(input.inDiff().isEmpty());
      assertThat(input.inDiff()).allSatisfy(line -> assertThat(diff).contains(line));
    } else {
      assertThat(attempt.get("state").asText()).as(ended.toPrettyString()).isEqualTo("failed");
      JsonNode failure = attempt.get("failure");
      assertThat(failure.get("code").asText()).isEqualTo(code.name());
      assertThat(failure.get("hint").asText()).isEqualTo(code.hint());
      assertThat(failure.get("lastLines").size()).isLessThanOrEqualTo(50);
    }
  }
}
