package dev.errand.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A value is found again however a program has written it. */
class SecretFormsTest {
  private static boolean isFound(String value, String text) {
    Set<String> forms = SecretForms.of(List.of(Secret.of(value)));
    return forms.stream().anyMatch(text::contains);
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3cret-value", "s3cret-value-", "s3cret-value-1", "pass word&more"})
  void whereverItStandsInBase64(String value) {
    for (String before : List.of("", "a", "ab", "abc", "user:")) {
      for (String after : List.of("", "x", "xy", "xyz")) {
        byte[] bytes = (before + value + after).getBytes(StandardCharsets.UTF_8);
        assertThat(isFound(value, Base64.getEncoder().encodeToString(bytes)))
            .as("'%s' before and '%s' after", before, after)
            .isTrue();
      }
    }
  }

  @Test
  void asItIsAndInUrls() {
    assertThat(isFound("pass word&more", "x=pass word&more;")).isTrue();
    assertThat(isFound("pass word&more", "?token=pass+word%26more")).isTrue();
    assertThat(isFound("pass word&more", "?token=pass%20word%26more")).isTrue();
    assertThat(isFound("pass word&more", "password&more")).isFalse();
  }

  @Test
  void lineByLine() {
    assertThat(isFound("-----BEGIN KEY-----\nAAAABBBBCCCC\n", "  AAAABBBBCCCC  ")).isTrue();
    assertThat(SecretForms.of(List.of(Secret.of("12345678\nab\n")))).doesNotContain("ab", "");
  }
}
