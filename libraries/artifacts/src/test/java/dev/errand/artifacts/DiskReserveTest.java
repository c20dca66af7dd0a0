package dev.errand.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskReserveTest {
  private static final long MIB = 1 << 20;

  private long free;
  private final DiskReserve reserve = new DiskReserve("/data", 100 * MIB, () -> free);

  @Test
  void withMoreThanTheReserveEverythingGoesOn() {
    free = 100 * MIB;

    assertThat(reserve.lack()).isEmpty();
    assertThatCode(reserve::requireRoom).doesNotThrowAnyException();
    assertThatCode(reserve::requireRoomToGrow).doesNotThrowAnyException();
  }

  @Test
  void withLessNothingNewIsTakenAndWhatRunsGoesOn() {
    free = 100 * MIB - 1;

    assertThatThrownBy(reserve::requireRoom)
        .isInstanceOfSatisfying(
            ErrandException.class, e -> assertThat(e.code()).isEqualTo(FailureCode.DISK_FULL))
        .hasMessageContaining("/data", "100 MiB");
    assertThat(reserve.isShort()).isFalse();
    assertThatCode(reserve::requireRoomToGrow).doesNotThrowAnyException();
  }

  @Test
  void withLessThanHalfNothingGrows() {
    free = 50 * MIB - 1;

    assertThat(reserve.isShort()).isTrue();
    assertThatThrownBy(reserve::requireRoomToGrow)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("100 MiB are kept");
  }

  @Test
  void looksAtTheDiskOfItsFolder(@TempDir Path folder) {
    assertThat(DiskReserve.of(folder, 0).lack()).isEmpty();
    assertThat(DiskReserve.of(folder, Long.MAX_VALUE).lack()).isPresent();
  }
}
