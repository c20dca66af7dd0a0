package dev.errand.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RedactorTest {
  @Test
  void coversASecretWithAsManyStars() {
    assertThat(redacted("token=hunter22!\n", 100, "hunter22")).isEqualTo("token=********!\n");
  }

  @Test
  void coversASecretWhereverAChunkEnds() {
    for (int size = 1; size < 30; size++) {
      assertThat(redacted("a hunter22 huntehunter22 hunter2", size, "hunter22"))
          .isEqualTo("a ******** hunte******** hunter2");
    }
  }

  @Test
  void coversTheLongerOfTwoSecretsThatBeginAlike() {
    for (int size = 1; size < 30; size++) {
      assertThat(redacted("password1234 password1", size, "password", "password1234"))
          .isEqualTo("************ ********1");
    }
  }

  @Test
  void coversSecretsThatOverlap() {
    for (int size = 1; size < 30; size++) {
      assertThat(redacted("-aaaabbbbcccc-", size, "aaaabbbb", "bbbbcccc"))
          .isEqualTo("-************-");
    }
  }

  @Test
  void holdsNothingBackThatBeginsNoSecret() {
    var redactor = new Redactor(List.of(Secret.of("hunter22")));

    assertThat(text(redactor.redact(bytes("progress 10 %")))).isEqualTo("progress 10 %");
    assertThat(text(redactor.redact(bytes("hunt")))).isEmpty();
    assertThat(text(redactor.redact(bytes("ing")))).isEqualTo("hunting");
  }

  @Test
  void hidesTheEndOfASecretWhoseBeginningWasLost() {
    var redactor = new Redactor(List.of(Secret.of("hunter22")));

    redactor.skipped(5);

    assertThat(text(redactor.redact(bytes("r22 and more")))).isEqualTo("*** and more");
    assertThat(text(redactor.redact(bytes(" r22")))).isEqualTo(" r22");
  }

  @Test
  void leavesNoSecretInRandomStreams() {
    var random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      String text =
          random.ints(60, 'a', 'c').mapToObj(Character::toString).reduce("", String::concat);
      String out = redacted(text, 1 + random.nextInt(20), "abaababa", "babbabab", "aaaabbbb");

      assertThat(out).hasSameSizeAs(text);
      assertThat(out).doesNotContain("abaababa", "babbabab", "aaaabbbb");
    }
  }

  private static String redacted(String text, int size, String... secrets) {
    var redactor = new Redactor(Stream.of(secrets).map(Secret::of).toList());
    var out = new StringBuilder();
    for (int at = 0; at < text.length(); at += size) {
      String chunk = text.substring(at, Math.min(text.length(), at + size));
      out.append(text(redactor.redact(bytes(chunk))));
    }
    return out.append(text(redactor.rest())).toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }
}
