package dev.errand.provisioner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.ids.AttemptId;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PermitsTest {
  private final List<RunId> placed = new ArrayList<>();
  private final List<RunId> drawn = new ArrayList<>();
  private final List<RunId> boxed = new ArrayList<>();
  private Instant now = Instant.EPOCH;
  private final Permits permits = new Permits(() -> 3, new Lists(), () -> now);

  private final class Lists implements Permits.Runs {
    @Override
    public List<RunId> placed() {
      return placed;
    }

    @Override
    public List<RunId> beingCreated() {
      return drawn;
    }

    @Override
    public boolean hasBox(RunId run) {
      return boxed.contains(run);
    }
  }

  private static RunId run(int number) {
    return new AttemptId(new TaskId("01ARZ3NDEKTSV4RRFFQ69G5FA" + number), 1).run(1, 1);
  }

  @Test
  void countsARunOnceFromItsDrawToItsEnd() {
    assertThat(permits.free()).isEqualTo(3);
    drawn.add(run(1));
    assertThat(permits.free()).isEqualTo(2);
    placed.add(run(1));
    assertThat(permits.free()).isEqualTo(2);
    drawn.clear(); // its fact is on its way
    assertThat(permits.free()).isEqualTo(2);
    boxed.add(run(1));
    now = now.plusSeconds(60);
    assertThat(permits.free()).isEqualTo(2);
    placed.clear();
    assertThat(permits.free()).isEqualTo(3);
  }

  @Test
  void leavesRoomForWhatIsToBeDrawnAgain() {
    for (int i = 0; i < 3; i++) {
      placed.add(run(i));
    }
    assertThat(permits.free()).isZero();
    now = now.plusSeconds(3);
    assertThat(permits.free()).isEqualTo(3);
    drawn.add(run(1));
    assertThat(permits.free()).isEqualTo(2);
  }

  @Test
  void isNeverNegative() {
    for (int i = 0; i < 5; i++) {
      placed.add(run(i));
      boxed.add(run(i));
    }
    assertThat(permits.free()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"2, 8, 3", "2, 64, 4", "1, 1, 1", "64, 1024, 96", "8, 32, 12"})
  void fitsTheMachine(int cpus, long memoryGib, int expected) {
    assertThat(Permits.fitting(cpus, memoryGib << 30)).isEqualTo(expected);
  }

  @Test
  void derivesABoxFromItsRun() {
    assertThat(BoxIds.of(run(1))).isEqualTo(BoxIds.of(run(1)));
    assertThat(BoxIds.of(run(1))).isNotEqualTo(BoxIds.of(run(1).next()));
  }
}
