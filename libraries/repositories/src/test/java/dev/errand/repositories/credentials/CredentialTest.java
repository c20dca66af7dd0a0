package dev.errand.repositories.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.ids.RepositoryUrl;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialTest {
  private static final String KEY =
      "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n\ndef\n-----END OPENSSH PRIVATE KEY-----";

  private static Stream<Credential> credentials() {
    return Stream.of(
        new Credential.Token("robot", "0123456789"),
        new Credential.Key("host ssh-ed25519 AAAA\nhost ssh-rsa BBBB", KEY));
  }

  @ParameterizedTest
  @MethodSource("credentials")
  void isReadAsItWasWritten(Credential credential) {
    assertThat(Credential.of(credential.toBytes())).isEqualTo(credential);
  }

  @ParameterizedTest
  @MethodSource("credentials")
  void isNotToldByAccident(Credential credential) {
    assertThat(credential.toString()).doesNotContain("0123456789", "abc", "def");
  }

  @Test
  void aTokenNeverGoesUnencrypted() {
    var token = new Credential.Token("robot", "0123456789");

    assertThat(token.fits(new RepositoryUrl("https://example.com/a"))).isTrue();
    assertThat(token.fits(new RepositoryUrl("http://example.com/a"))).isFalse();
    assertThat(token.fits(new RepositoryUrl("ssh://git@example.com/a"))).isFalse();
  }

  /** Each would write a second line into what git's helper says. */
  @ParameterizedTest
  @ValueSource(strings = {"short", "with space", "line\nhost=evil.example", "tab\tgoes here", ""})
  void refusesATokenThatIsMoreThanOne(String token) {
    assertThatThrownBy(() -> new Credential.Token("robot", token))
        .isInstanceOf(ErrandException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-u", "a b", "a\nhost=evil", "a:b"})
  void refusesAUserThatIsNoName(String user) {
    assertThatThrownBy(() -> new Credential.Token(user, "0123456789"))
        .isInstanceOf(ErrandException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "ssh", "https robot", "https robot\nx y", "ftp a\nb", "ssh\nh k\n\nno"})
  void refusesOtherBytes(String text) {
    assertThatThrownBy(() -> Credential.of(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(ErrandException.class);
  }
}
