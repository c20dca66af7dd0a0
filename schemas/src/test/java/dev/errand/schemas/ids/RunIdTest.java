package dev.errand.schemas.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks, attempts and runs: what they are written as is what is read, and nothing else is. */
class RunIdTest {
  private static final TaskId TASK = new TaskId("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  private static final long LAST_MILLISECOND = (1L << 48) - 1;

  /** What each case draws its values from: a failed one is repeated by its seed. */
  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  /** Source: the ULID specification's own example. */
  @Test
  void aTaskIdTellsItsMillisecond() {
    assertThat(TASK.createdAt()).isEqualTo(Instant.ofEpochMilli(1_469_922_850_259L));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aTaskIdKeepsTheMillisecondItWasMadeIn(long seed) {
    Random random = new Random(seed);
    Instant now = Instant.ofEpochMilli(random.nextLong(LAST_MILLISECOND + 1));

    assertThat(TaskId.at(now, random).createdAt()).isEqualTo(now);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void taskIdsSortByTime(long seed) {
    Random random = new Random(seed);
    long millis = random.nextLong(LAST_MILLISECOND);
    TaskId earlier = TaskId.at(Instant.ofEpochMilli(millis), random);
    TaskId later = TaskId.at(Instant.ofEpochMilli(millis + 1), random);

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

  @ParameterizedTest
  @MethodSource("seeds")
  void aRunIsReadAsItIsWritten(long seed) {
    Random random = new Random(seed);
    RunId id = TASK.attempt(random.nextInt(1, 5)).run(smallOrLarge(random), smallOrLarge(random));

    assertThat(RunId.parse(id.toString())).isEqualTo(id);
    assertThat(AttemptId.parse(id.attempt().toString())).isEqualTo(id.attempt());
    assertThat(id.toString()).matches("[A-Za-z0-9][A-Za-z0-9_.-]+"); // a container's name
  }

  /** Small and large numbers alike: random ones are nearly all of six digits. */
  private static int smallOrLarge(Random random) {
    return random.nextBoolean() ? random.nextInt(1, 11) : 999_999 - random.nextInt(10);
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
