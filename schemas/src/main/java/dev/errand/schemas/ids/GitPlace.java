package dev.errand.schemas.ids;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a git credential is good for: one host, with its port where a URL names one, and the
 * repositories whose path is this one or lies below it. {@code github.com/acme} is for {@code
 * https://github.com/acme/web.git} and not for {@code https://github.com/acme-evil/web}.
 */
public record GitPlace(String value) implements Comparable<GitPlace> {
  private static final int MAX_CHARACTERS = 300;

  /** Lower-case host, and plain path segments that no server reads in two ways. */
  private static final Pattern GRAMMAR =
      Pattern.compile(
          "[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?(?:/[A-Za-z0-9_~][A-Za-z0-9._~+-]*)*");

  /**
   * Takes the host in any case, and a path with or without {@code .git} and a closing slash.
   *
   * @throws IllegalArgumentException when it is no host with a path
   */
  public GitPlace {
    int path = value.indexOf('/');
    String host = path < 0 ? value : value.substring(0, path);
    value = host.toLowerCase(Locale.ROOT) + plain(path < 0 ? "" : value.substring(path));
    if (value.length() > MAX_CHARACTERS || !GRAMMAR.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'%s' is no place of git repositories such as github.com/acme"
              .formatted(Grammar.shown(value)));
    }
  }

  /** Whether a repository lies here. */
  public boolean holds(RepositoryUrl url) {
    URI uri = URI.create(url.value());
    if (uri.getHost() == null || uri.getRawPath() == null) {
      return false;
    }
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    String asked = uri.getHost().toLowerCase(Locale.ROOT) + port + plain(uri.getRawPath());
    // Dots, doubled slashes and escapes are outside of the grammar: a server may resolve them.
    return GRAMMAR.matcher(asked).matches()
        && (asked.equals(value) || asked.startsWith(value + "/"));
  }

  private static String plain(String path) {
    return path.replaceAll("/$", "").replaceAll("\\.git$", "");
  }

  @Override
  public int compareTo(GitPlace other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
