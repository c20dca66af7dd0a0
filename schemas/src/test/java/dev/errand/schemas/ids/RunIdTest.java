package dev.errand.schemas.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks, attempts and runs: what they are written as is what is read, and nothing else is. */
class RunIdTest {
  private static final TaskId TASK = new TaskId("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  private static final long LAST_MILLISECOND = (1L << 48) - 1;

  /** Source: the ULID specification's own example. */
  @Test
  void aTaskIdTellsItsMillisecond() {
    assertThat(TASK.createdAt()).isEqualTo(Instant.ofEpochMilli(1_469_922_850_259L));
  }

  @Property
  void aTaskIdKeepsTheMillisecondItWasMadeIn(
      @ForAll @LongRange(max = LAST_MILLISECOND) long millis, @ForAll long seed) {
    Instant now = Instant.ofEpochMilli(millis);

    assertThat(TaskId.at(now, new Random(seed)).createdAt()).isEqualTo(now);
  }

  @Property
  void taskIdsSortByTime(
      @ForAll @LongRange(max = LAST_MILLISECOND - 1) long millis, @ForAll long seed) {
    TaskId earlier = TaskId.at(Instant.ofEpochMilli(millis), new Random(seed));
    TaskId later = TaskId.at(Instant.ofEpochMilli(millis + 1), new Random(~seed));

    assertThat(earlier).isLessThan(later);
  }

  @Test
  void taskIdsOfOneMillisecondDiffer() {
    Random random = new Random(1);

    assertThat(
            IntStream.range(0, 10_000)
                .mapToObj(i -> TaskId.at(Instant.EPOCH, random).value())
                .distinct())
        .hasSize(10_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "01ARZ3NDEKTSV4RRFFQ69G5FA",
        "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
        "01arz3ndektsv4rrffq69g5fav",
        "81ARZ3NDEKTSV4RRFFQ69G5FAV",
        "01ARZ3NDEKTSV4RRFFQ69G5FAU",
        "../../../../../../etc/passwd",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV\n"
      })
  void whatIsNoUlidIsNoTaskId(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> new TaskId(text));
  }

  @Property
  void aRunIsReadAsItIsWritten(
      @ForAll @IntRange(min = 1, max = 4) int attempt,
      @ForAll @IntRange(min = 1, max = 999_999) int turn,
      @ForAll @IntRange(min = 1, max = 999_999) int run) {
    RunId id = TASK.attempt(attempt).run(turn, run);

    assertThat(RunId.parse(id.toString())).isEqualTo(id);
    assertThat(AttemptId.parse(id.attempt().toString())).isEqualTo(id.attempt());
    assertThat(id.toString()).matches("[A-Za-z0-9][A-Za-z0-9_.-]+"); // a container's name
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-1.1.1",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV-1",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV-0.1.1",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV-5.1.1",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV-1.0.1",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV-1.01.1",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV-1.1.1000000",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV-1.1.1 ",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV-+1.1.1"
      })
  void whatIsNotWrittenSoIsNoRun(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> RunId.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "01ARZ3NDEKTSV4RRFFQ69G5FAV-", "01ARZ3NDEKTSV4RRFFQ69G5FAV-01"})
  void whatIsNotWrittenSoIsNoAttempt(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> AttemptId.parse(text));
  }

  @Test
  void numbersThatCannotBeWrittenAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> TASK.attempt(1).run(0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> TASK.attempt(1).run(1, 1_000_000));
    assertThatIllegalArgumentException().isThrownBy(() -> TASK.attempt(5));
  }

  @Test
  void onlyALaterRunOfTheSameAttemptSupersedes() {
    RunId run = TASK.attempt(1).run(2, 2);

    assertThat(run.next().supersedes(run)).isTrue();
    assertThat(TASK.attempt(1).run(3, 1).supersedes(run)).isTrue();
    assertThat(run.supersedes(run)).isFalse();
    assertThat(run.supersedes(run.next())).isFalse();
    assertThat(TASK.attempt(1).run(1, 9).supersedes(run)).isFalse();
    assertThat(TASK.attempt(2).run(9, 9).supersedes(run)).isFalse();
  }
}
