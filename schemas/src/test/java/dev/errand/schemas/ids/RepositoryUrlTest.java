package dev.errand.schemas.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A repository's URL names a place, never a command. */
class RepositoryUrlTest {
  @ParameterizedTest
  @CsvSource({
    "https://github.com/acme/web, https, web",
    "https://github.com/acme/web.git, https, web",
    "http://[::1]:3000/acme/web/, http, web",
    "HTTPS://github.com/acme/web, https, web",
    "ssh://git@github.com/acme/web.git, ssh, web",
    "ssh://git@github.com:22/~/web.git, ssh, web",
    "file:///srv/git/a%20b.git, file, a-b",
    "file:/srv/git/ü.git, file, -",
    "https://example.org/.., https, repository",
    "https://example.org/.git, https, repository"
  })
  void aPlaceIsTaken(String text, String scheme, String folder) {
    RepositoryUrl url = new RepositoryUrl(text);

    assertThat(url.scheme()).isEqualTo(scheme);
    assertThat(url.folder()).isEqualTo(folder.equals("-") ? "repository" : folder);
  }

  @Test
  void theShortFormOfSshIsKeptAsAUrl() {
    assertThat(new RepositoryUrl("git@github.com:acme/web.git"))
        .isEqualTo(new RepositoryUrl("ssh://git@github.com/acme/web.git"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "web",
        "/srv/git/web",
        "../web",
        "ext::sh -c 'touch /tmp/x'",
        "ext::https://example.org/x",
        "fd::17/foo",
        "git://example.org/web",
        "ftp://example.org/web",
        "rsync://example.org/web",
        "javascript:alert(1)",
        "--upload-pack=touch /tmp/x",
        "-oProxyCommand=touch@example.org:web",
        "git@-oProxyCommand=x:web",
        "git@example.org:-web",
        "git@example.org:/../web:x",
        "ssh://-oProxyCommand=touch/web",
        "ssh://-oProxyCommand=x@example.org/web",
        "ssh://%2doProxyCommand=x@example.org/web",
        "ssh://git@-example.org/web",
        "https://user:password@example.org/web",
        "https://user:pass word@example.org/web",
        "https://example.org",
        "https://example.org/",
        "https:///web",
        "https://exa mple.org/web",
        "https://example.org/web\n--upload-pack=x",
        "https://example.org/web\u0000",
        "file://example.org/srv/git",
        "file:web",
        "file:///"
      })
  void whatIsNoPlaceIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> new RepositoryUrl(text));
  }

  @Test
  void aLongUrlIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RepositoryUrl("https://example.org/" + "x".repeat(500)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://user:hunter2@example.org/web",
        "https://user:hunter2 @example.org/web",
        "git://user:hunter2@example.org/web",
        "https://user:hunter2@example.org"
      })
  void noMessageRepeatsAPassword(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RepositoryUrl(text))
        .satisfies(e -> assertThat(e).hasNoCause())
        .withMessageNotContaining("hunter2");
  }
}
