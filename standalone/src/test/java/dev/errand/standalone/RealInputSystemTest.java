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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every {@link RealInput} ends with its code or its diff. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealInputSystemTest {
  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  private final Map<String, CommandResult> submissions = new HashMap<>();
  private final List<ScratchRepository> repositories = new ArrayList<>();

  static Stream<RealInput> inputs() {
    return RealInput.all().stream();
  }

  @Test
  void aProjectWhoseToolsTheImageLacksIsToldSoInTheLogThatStays() {
    CommandResult submission =
        Objects.requireNonNull(submissions.get("project-whose-tools-the-image-lacks"));
    String task = Deployment.taskOf(submission.succeeded());
    errand.awaitEnd(task);

    String log = errand.errand("cloud", "logs", task).succeeded().out();
    assertThat(log)
        .contains("left out go.mod, as the image has no go")
        .contains("left out Cargo.toml, as the image has no cargo")
        .contains("left out composer.json, as the image has no composer")
        .contains("left out Gemfile, as the image has no bundle")
        .contains("left out pom.xml, as the image has no mvn");
  }

  /** All at once: they queue for the node's permits as a team's tasks would. */
  @BeforeAll
  void submitAll() {
    errand = Deployment.start();
    for (RealInput input : RealInput.all()) {
      List<ScratchRepository> filled = input.fill();
      repositories.addAll(filled);
      errand.applyEnvironment(input.name(), filled.getFirst().url(), input.setup());
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
      assertThat(diff.isEmpty()).as(diff).isEqualTo(input.expected().isEmpty());
      assertThat(input.expected()).allSatisfy(line -> assertThat(diff).contains(line));
      assertThat(diff).as("what is of another repository").doesNotContain("lost");
    } else {
      assertThat(attempt.get("state").asText()).as(ended.toPrettyString()).isEqualTo("failed");
      JsonNode failure = attempt.get("failure");
      assertThat(failure.get("code").asText()).isEqualTo(code.name());
      assertThat(failure.get("hint").asText()).isEqualTo(code.hint());
      List<String> lines = new ArrayList<>();
      failure.get("lastLines").forEach(line -> lines.add(line.asText()));
      assertThat(lines).hasSizeLessThanOrEqualTo(50).containsSubsequence(input.expected());
    }
  }
}
