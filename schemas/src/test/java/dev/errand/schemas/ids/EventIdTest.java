package dev.errand.schemas.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever repeats a piece of work makes the same fact. */
class EventIdTest {
  private static final UUID DNS = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  private static final StageName STAGE = new StageName("set-up");

  /** Source: RFC 9562, appendix A.4; Python's uuid module, documentation of uuid5. */
  @ParameterizedTest
  @CsvSource({
    "www.example.com, 2ed6657d-e927-568b-95e1-2665a8aea6a2",
    "python.org, 886313e1-3b8a-5372-9b90-0c9aee199e5d"
  })
  void aDerivedIdIsAUuidOfVersion5(String name, String expected) {
    assertThat(EventId.derived(DNS, name)).hasToString(expected);
  }

  @Test
  void theSameWorkHasTheSameIdAndOtherWorkAnother() {
    EventId input = EventId.of("key");

    assertThat(input.then(STAGE, 1, 2)).isEqualTo(EventId.of("key").then(STAGE, 1, 2));
    assertThat(input.then(STAGE, 1, 2))
        .isNotEqualTo(input.then(STAGE, 2, 1))
        .isNotEqualTo(input.then(STAGE, 12, 1))
        .isNotEqualTo(input.then(new StageName("check-out"), 1, 2))
        .isNotEqualTo(EventId.of("other").then(STAGE, 1, 2));
  }

  @Test
  void anIdIsReadAsItIsWritten() {
    EventId id = EventId.of("key");

    assertThat(EventId.parse(id.toString())).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1-1-1-1-1", "2ed6657d-e927-568b-95e1-2665a8aea6a", "no uuid"})
  void whatIsNoUuidIsNoId(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> EventId.parse(text));
  }
}
