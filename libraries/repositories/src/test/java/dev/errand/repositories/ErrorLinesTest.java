package dev.errand.repositories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ErrorLinesTest {
  private final List<String> told = new ArrayList<>();
  private final ErrorLines lines = new ErrorLines(told::add);

  private void take(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    lines.take(bytes, bytes.length);
  }

  @Test
  void keepsLinesAndTellsMeters() {
    take("Receiving: 1%\rReceiving: 2%\rReceiving: 3%, done.\nfrom ssh\r");
    take("\nfatal: \u001b[31mno\u0007\u001b[0m\n\nhalf");

    assertThat(lines.last())
        .containsExactly("Receiving: 3%, done.", "from ssh", "fatal: no", "half");
    assertThat(told).startsWith("Receiving: 1%", "Receiving: 2%");
  }

  @Test
  void isBounded() {
    for (int i = 0; i < 100; i++) {
      take(i + "x".repeat(10_000) + "\n");
    }

    assertThat(lines.last()).hasSize(50).allSatisfy(line -> assertThat(line).hasSize(2_000));
  }
}
