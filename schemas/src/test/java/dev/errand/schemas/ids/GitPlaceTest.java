package dev.errand.schemas.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GitPlaceTest {
  private static final GitPlace ACME = new GitPlace("github.com/acme");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://github.com/acme/web",
        "https://GitHub.com/acme/web.git",
        "https://github.com/acme/web/",
        "https://github.com/acme/deep/er/web.git",
        "ssh://git@github.com/acme/web.git",
        "git@github.com:acme/web.git",
        "https://github.com/acme"
      })
  void holdsWhatIsBelowIt(String url) {
    assertThat(ACME.holds(new RepositoryUrl(url))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://github.com/acme-evil/web",
        "https://github.com/acmeevil",
        "https://github.com/evil/acme/web",
        "https://github.com/ACME/web",
        "https://github.com.evil.example/acme/web",
        "https://evil.github.com/acme/web",
        "https://github.com:8443/acme/web",
        "https://github.com/acme/../evil/web",
        "https://github.com/acme/%2e%2e/evil/web",
        "https://github.com/acme%2f..%2fevil/web",
        "https://github.com//acme/web",
        "https://github.com/acme/.hidden",
        "https://evil.example/github.com/acme/web",
        "https://github.com@evil.example/acme/web",
        "file:///github.com/acme/web"
      })
  void holdsNothingElse(String url) {
    assertThat(ACME.holds(new RepositoryUrl(url))).isFalse();
  }

  @Test
  void aPortIsPartOfTheHost() {
    GitPlace place = new GitPlace("Example.com:8443/acme/web.git");

    assertThat(place).hasToString("example.com:8443/acme/web");
    assertThat(place.holds(new RepositoryUrl("https://example.com:8443/acme/web.git"))).isTrue();
    assertThat(place.holds(new RepositoryUrl("https://example.com/acme/web.git"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/acme",
        "-host/acme",
        "host/../x",
        "host//x",
        "host/-x",
        "ho st",
        "host/a b",
        "https://host/acme",
        "user@host/acme",
        "host/a\n",
        "host:0/a",
        "host/%61"
      })
  void refusesWhatIsNoPlace(String text) {
    assertThatThrownBy(() -> new GitPlace(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
