package dev.errand.cli.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
  private static String roundTrip(String text) throws IOException {
    return Json.text(Json.read(text.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "\"\"",
        "{\"a\":[1,-2,{\"b\":null,\"c\":true,\"d\":false}],\"e\":\"ü\\n\\\"\\u0000\"}",
        "[9223372036854775807,123456789012345678901234567890,0.1,1E+30]"
      })
  void whatWasReadIsWrittenAgain(String text) throws IOException {
    assertThat(roundTrip(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "{", "{\"a\":1", "[1,", "{\"a\" 1}", "<html>", "\"a"})
  void whatIsNoDocumentIsAnError(String text) {
    assertThatIOException().isThrownBy(() -> roundTrip(text));
  }

  @Test
  void aDocumentThatIsTooDeepIsAnErrorAndNoOverflow() {
    assertThatIOException().isThrownBy(() -> roundTrip("[".repeat(100_000)));
  }
}
