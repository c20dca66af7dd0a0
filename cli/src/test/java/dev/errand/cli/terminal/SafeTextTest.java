package dev.errand.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class SafeTextTest {
  private static String safe(String text) {
    return new SafeText(true).accept(text);
  }

  @Test
  void keepsColoursAndDropsEveryOtherSequence() {
    assertThat(safe("\u001b[1;31mred\u001b[0m")).isEqualTo("\u001b[1;31mred\u001b[0m");
    assertThat(safe("a\u001b[2Jb\u001b[10;10Hc\u001b[?25ld\u001b[>4;2me")).isEqualTo("abcde");
    assertThat(safe("a\u001b]0;title\u0007b\u001b]8;;http://x\u001b\\c")).isEqualTo("abc");
    assertThat(safe("a\u001bPq#0\u001b\\b\u001bcc\u001b(0d")).isEqualTo("abcd");
    assertThat(safe("a\u009b2Jb\u009d0;t\u009cc\u0008\u0000\u007fd")).isEqualTo("abcd");
  }

  @Test
  void noLineOverwritesOrSwallowsAnother() {
    assertThat(safe("rm -rf\rls\r\nend")).isEqualTo("rm -rf\nls\nend");
    assertThat(safe("\u001b]0;never ends\nnext line")).isEqualTo("\nnext line");
  }

  @Test
  void charactersThatTurnTheDirectionBecomeVisible() {
    assertThat(SafeText.line("a\u202eb\u2066c")).isEqualTo("a<U+202E>b<U+2066>c");
  }

  @Test
  void anyCutGivesTheSameText() {
    byte[] bytes =
        "ä\u001b[31m漢\u001b[0m\u001b]0;x\u0007\r\n😀\r!".getBytes(StandardCharsets.UTF_8);
    String whole = new SafeText(true).accept(bytes, bytes.length);
    for (int size = 1; size < bytes.length; size++) {
      SafeText pieces = new SafeText(true);
      StringBuilder text = new StringBuilder();
      for (int at = 0; at < bytes.length; at += size) {
        byte[] piece = java.util.Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size));
        text.append(pieces.accept(piece, piece.length));
      }
      assertThat(text).as("pieces of " + size).hasToString(whole);
    }
  }
}
