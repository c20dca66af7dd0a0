package dev.errand.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every failure has a remedy and one verdict; a failure of any size fits a terminal. */
class FailureTest {
  private static final String ASTRAL = "\ud83d\ude80"; // one character of two halves

  @ParameterizedTest
  @EnumSource(FailureCode.class)
  void everyCodeHasARemedyThatCompletesTheSentence(FailureCode code) {
    assertThat(code.hint()).isNotBlank().doesNotEndWith(".");
    assertThat(code.hint().substring(0, 1)).isLowerCase();
  }

  @ParameterizedTest
  @EnumSource(FailureCode.class)
  void everyCodeHasAVerdictThatFitsItsKind(FailureCode code) {
    Verdict verdict = Verdict.on(code);

    assertThat(verdict.httpStatus()).isBetween(400, 599);
    assertThat(verdict.exitCode()).isBetween(1, 7);
    switch (code.kind()) {
      case USER -> {
        assertThat(verdict.retried()).isFalse();
        assertThat(verdict.deadLettered()).isFalse();
        assertThat(verdict.httpStatus()).isLessThan(500);
      }
      case CAPACITY, INFRASTRUCTURE -> {
        assertThat(verdict.retried()).isTrue();
        assertThat(verdict.deadLettered()).isFalse();
        assertThat(verdict.httpStatus()).isEqualTo(503);
      }
      case BUG -> {
        assertThat(verdict.retried()).isFalse();
        assertThat(verdict.deadLettered()).isTrue();
        assertThat(verdict.httpStatus()).isEqualTo(500);
      }
    }
  }

  @Test
  void aFailureKeepsTheLastLinesAndShortensWhatIsLong() {
    List<String> lines = IntStream.range(0, 1_000).mapToObj(i -> i + "x".repeat(1_000)).toList();

    Failure failure = new Failure(FailureCode.SETUP_FAILED, "m".repeat(10_000), lines);

    assertThat(failure.message()).hasSize(Failure.MAX_MESSAGE).endsWith("...");
    assertThat(failure.lastLines())
        .hasSize(Failure.MAX_LINES)
        .allSatisfy(line -> assertThat(line).hasSize(500).endsWith("..."));
    assertThat(failure.lastLines().getFirst()).startsWith("950x");
    assertThat(failure.lastLines().getLast()).startsWith("999x");
  }

  /** Half a character is not UTF-8: it would not come back from the wire as it was. */
  @Test
  void shorteningNeverCutsACharacterInHalf() {
    for (int shift = 0; shift < 2; shift++) {
      String shortened =
          Failure.of(FailureCode.BUG, "a".repeat(shift) + ASTRAL.repeat(2_000)).message();

      assertThat(shortened).hasSizeLessThanOrEqualTo(Failure.MAX_MESSAGE);
      assertThat(shortened.codePoints())
          .noneMatch(point -> Character.getType(point) == Character.SURROGATE);
    }
  }

  @Test
  void aTitleIsTheFirstLineThatSaysSomething() {
    assertThat(TaskSpec.titleOf("\n  \n\t fix it \nand more")).isEqualTo("fix it");
    assertThat(TaskSpec.titleOf("")).isEmpty();
    assertThat(TaskSpec.titleOf("x".repeat(101))).hasSize(100).endsWith("x...");
  }
}
