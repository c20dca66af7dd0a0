package dev.errand.provisioner.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PinsTest {
  @Test
  void readsWhatProgramsSayOfThemselves() {
    Pins pins =
        Pins.parse(
            """
            node v18.20.4
            python Python 3.11.2
            go go version go1.22.1 linux/amd64
            java openjdk version "21.0.2" 2024-01-16
            nothing
            """);

    assertThat(pins.offered())
        .containsEntry("node", "18.20.4")
        .containsEntry("python", "3.11.2")
        .containsEntry("go", "1.22.1")
        .containsEntry("java", "21.0.2")
        .hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"18", "18.20", "18.20.4"})
  void isMetByEachPrefixOfWholeNumbers(String version) {
    assertThatCode(() -> Pins.parse("node 18.20.4").require("image", Map.of("Node", version)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"node, 1", "node, 18.2", "node, 20", "ruby, 3"})
  void refusesOtherwiseAndListsWhatThereIs(String runtime, String version) {
    Pins pins = Pins.parse("node 18.20.4\npython 3.11.2");

    assertThatExceptionOfType(ErrandException.class)
        .isThrownBy(() -> pins.require("acme/image", Map.of(runtime, version)))
        .satisfies(e -> assertThat(e.code()).isEqualTo(FailureCode.PIN_UNAVAILABLE))
        .withMessageContaining("acme/image")
        .withMessageContaining("node 18.20.4, python 3.11.2");
  }
}
