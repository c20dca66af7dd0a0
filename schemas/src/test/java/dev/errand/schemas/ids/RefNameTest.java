package dev.errand.schemas.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reference is what git takes for one, and can never be read as an option. */
class RefNameTest {
  private static final int NAMES_SHOWN_TO_GIT = 250; // about 2 ms each

  /** Pieces around which git's rules are made. */
  private static final List<String> PIECES =
      List.of(
          "a", "B9", ".", "..", "/", "@", "{", "@{", "~", "^", ":", "?", "*", "[", "\\", "-", " ",
          "\t", "\u007f", ".lock", "ü", "_", "main", "x.y");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "main",
        "feature/äöü",
        "v1.0",
        "a@b",
        "x-",
        "a/-b",
        "lock",
        "a.lockx",
        "0123456789012345678901234567890123456789"
      })
  void whatGitTakesIsTaken(String name) {
    assertThat(new RefName(name)).hasToString(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "--upload-pack=touch /tmp/x",
        "/a",
        "a/",
        "a//b",
        "a..b",
        "a.",
        ".a",
        "a/.b",
        "a.lock",
        "a.lock/b",
        "@",
        "a@{1}",
        "a b",
        "a\nb",
        "a\u0000b",
        "a~1",
        "a^",
        "a:b",
        "a?",
        "a*",
        "a[b",
        "a\\b",
        "a\ud800"
      })
  void whatGitRefusesIsRefused(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> new RefName(name));
  }

  @Test
  void aMessageShowsNoControlsAndNoMoreThanALine() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RefName("\u001b[31m\u202e" + "x".repeat(10_000)))
        .satisfies(
            e -> assertThat(e.getMessage()).doesNotContainPattern("\\p{C}").hasSizeLessThan(200));
  }

  /** Two differences are ours: no leading dash, and no name of the one character @. */
  @Test
  void gitItselfAgrees() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < NAMES_SHOWN_TO_GIT; i++) {
      String name =
          Stream.generate(() -> PIECES.get(random.nextInt(PIECES.size())))
              .limit(1 + random.nextInt(4))
              .collect(Collectors.joining());
      boolean expected = !name.startsWith("-") && !name.equals("@") && gitTakes(name);

      assertThat(isTaken(name)).as("'%s'", name).isEqualTo(expected);
    }
  }

  private static boolean isTaken(String name) {
    try {
      return !new RefName(name).value().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean gitTakes(String name) throws IOException, InterruptedException {
    return new ProcessBuilder("git", "check-ref-format", "refs/heads/" + name)
            .inheritIO()
            .start()
            .waitFor()
        == 0;
  }
}
