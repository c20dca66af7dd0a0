package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.sandbox.FakeEngine.Answer;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of the words of engines that this machine does not have. */
class EngineTest {
  @TempDir private Path folder;

  private FakeEngine engine(Function<String, Answer> answers) {
    return new FakeEngine(folder.resolve("engine.sock"), answers);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "client version 1.41 is too new. Maximum supported API version is 1.40",
        "client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade"
      })
  void anEngineOfAnotherTimeIsNamedAndNotTakenForAbsent(String said) {
    try (FakeEngine other = engine(_ -> new Answer(400, "{\"message\":\"%s\"}".formatted(said)))) {
      assertThatThrownBy(() -> Engine.connect(other.settings()))
          .isInstanceOfSatisfying(
              ErrandException.class,
              thrown -> {
                assertThat(thrown.code()).isEqualTo(FailureCode.ENGINE_FAILED);
                assertThat(thrown.failure().message())
                    .contains(said, "Docker 20.10", "DOCKER_MIN_API_VERSION=1.41");
              });
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`\"MemoryLimit\":false,\"CpuCfsQuota\":false,\"PidsLimit\":false`,"
            + " `limits.memory,limits.cpus,errand.server.boxes.pids`",
        "`\"MemoryLimit\":true,\"CpuCfsQuota\":true,\"PidsLimit\":false`,"
            + " errand.server.boxes.pids",
        "`\"MemoryLimit\":true,\"CpuCfsQuota\":true,\"PidsLimit\":true`, ``",
        "`\"Name\":\"an engine that does not speak of limits\"`, ``"
      })
  void limitsThatAnEngineCannotHoldAreListed(String said, String unlimited) {
    try (FakeEngine other = engine(_ -> new Answer(200, "{" + said + "}"));
        Engine engine = Engine.open(other.settings())) {
      assertThat(String.join(",", engine.info().unlimited())).isEqualTo(unlimited);
    }
  }

  @Test
  void anEngineThatIsNotThereIsUnavailable() {
    try (FakeEngine ill = engine(_ -> new Answer(500, "{\"message\":\"ill\"}"))) {
      assertThatThrownBy(() -> Engine.connect(ill.settings()))
          .isInstanceOfSatisfying(
              ErrandException.class,
              thrown -> assertThat(thrown.code()).isEqualTo(FailureCode.ENGINE_UNAVAILABLE));
    }
  }
}
