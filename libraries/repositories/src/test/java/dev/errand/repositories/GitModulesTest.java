package dev.errand.repositories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.errand.repositories.GitModules.Entry;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.ids.RepositoryUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GitModulesTest {
  @Test
  void readsSectionsThatHavePathAndUrl() {
    String listing =
        """
        submodule.a.b.path
        libs/a~submodule.a.b.url
        ../a.git~submodule.half.path
        half~submodule.off.path
        off~submodule.off.url
        ../off~submodule.off.update
        none~core.x
        1~""";

    assertThat(GitModules.parse(listing.replace('~', '\0')))
        .containsExactly(new Entry("a.b", "libs/a", "../a.git"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x",
        "a/../../x",
        "/etc",
        ".git/hooks",
        "a/.GIT/x",
        "-x",
        "a\\b",
        "a//b",
        "git~1",
        ".",
        ""
      })
  void refusesPathsThatLeadOutside(String path) {
    String listing = "submodule.x.path\n" + path + "\0submodule.x.url\n../x\0";

    assertThatExceptionOfType(ErrandException.class).isThrownBy(() -> GitModules.parse(listing));
  }

  @ParameterizedTest
  @CsvSource({
    "https://host/a/b.git, ../c.git, https://host/a/c.git",
    "https://host/a/b/, ../../c, https://host/c",
    "https://host:8443/a/b, ./c, https://host:8443/a/b/c",
    "ssh://git@host/a/b, ../c, ssh://git@host/a/c",
    "file:///srv/a, ../b c, file:///srv/b%20c",
    "file:///srv/a, /srv/x y, file:///srv/x%20y",
    "https://host/a, https://other/x, https://other/x",
    "https://host/a, git@other:x/y.git, ssh://git@other/x/y.git",
  })
  void makesUrlsAbsolute(String parent, String written, String expected) {
    assertThat(GitModules.url(new RepositoryUrl(parent), new Entry("n", "p", written)).value())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "https://host/a, ext::sh -c id",
    "https://host/a, /srv/private",
    "https://host/a, ../../../../",
    "https://host/a, -oProxyCommand=x",
    "https://host/a, https://user:word@host/x"
  })
  void refusesOtherUrls(String parent, String written) {
    RepositoryUrl url = new RepositoryUrl(parent);
    Entry entry = new Entry("n", "p", written);

    assertThatExceptionOfType(ErrandException.class).isThrownBy(() -> GitModules.url(url, entry));
  }
}
