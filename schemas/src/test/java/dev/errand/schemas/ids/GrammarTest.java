package dev.errand.schemas.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every plain value: what it takes, what it refuses. */
class GrammarTest {
  private static final String HEX = "0123456789abcdef";
  private static final List<String> NEVER =
      List.of("", " ", "a b", "a/b", "../x", "a\n", "\u0000", "a\u202eb", "ü", "x".repeat(1_000));

  record Kind(String name, Function<String, ?> make, List<String> taken, List<String> refused) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Kind> kinds() {
    String sha1 = HEX + HEX + HEX.substring(0, 8);
    String sha256 = HEX.repeat(4);
    return Stream.of(
        new Kind(
            "node", NodeName::new, List.of("local", "n-1", "a".repeat(40)), List.of("A", "a.b")),
        new Kind(
            "box", BoxId::new, List.of("0123456789ab"), List.of("0123456789a", "0123456789AB")),
        new Kind(
            "commit", CommitSha::new, List.of(sha1, sha256), List.of("abc", HEX + "g", "HEAD")),
        new Kind("digest", Digest::new, List.of(sha256), List.of(sha1, sha256.replace('a', 'A'))),
        new Kind("fingerprint", Fingerprint::new, List.of(sha256), List.of(sha1)),
        new Kind(
            "environment",
            EnvironmentId::new,
            List.of("w", "web", "web-2", "0".repeat(40)),
            List.of("-web", "web-", "Web", "w".repeat(41))),
        new Kind(
            "secret",
            SecretName::new,
            List.of("NPM_TOKEN", "_"),
            List.of("npm", "1A", "A=B", "A-B")),
        new Kind("stage", StageName::new, List.of("set-up", "a"), List.of("-a", "A", "set_up")),
        new Kind(
            "owner",
            Owner::new,
            List.of("ada", "ada@example.org", "a.b_c-d", "A".repeat(64)),
            List.of("@a", "-a", ".", "A".repeat(65))));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatFitsIsTaken(Kind kind) {
    assertThat(kind.taken())
        .allSatisfy(text -> assertThat(kind.make().apply(text)).hasToString(text));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatDoesNotFitIsRefusedInOneShortLine(Kind kind) {
    assertThat(Stream.concat(kind.refused().stream(), NEVER.stream()))
        .allSatisfy(
            text ->
                assertThatIllegalArgumentException()
                    .isThrownBy(() -> kind.make().apply(text))
                    .satisfies(
                        e ->
                            assertThat(e.getMessage())
                                .doesNotContainPattern("\\p{C}")
                                .hasSizeLessThan(250)));
  }
}
