package dev.errand.schemas.ids;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a repository lies: https, http, ssh or file; {@code user@host:path} is taken and kept as
 * ssh. Never git's helper syntax ({@code ext::}), never a leading dash, never a password. Which
 * schemes a server allows is the mirrors' policy, not this grammar's.
 */
public record RepositoryUrl(String value) {
  private static final int MAX_CHARACTERS = 500;
  private static final Set<String> SCHEMES = Set.of("https", "http", "ssh", "file");
  private static final Pattern SCP =
      Pattern.compile("([A-Za-z0-9_][A-Za-z0-9._-]*)@([A-Za-z0-9][A-Za-z0-9.-]*):([^:/-][^:]*)");

  /**
   * @throws IllegalArgumentException when it is no URL of a repository
   */
  public RepositoryUrl {
    var scp = SCP.matcher(value);
    if (scp.matches()) {
      value = "ssh://%s@%s/%s".formatted(scp.group(1), scp.group(2), scp.group(3));
    }
    check(value);
  }

  private static void check(String value) {
    URI uri;
    try {
      uri = new URI(value);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "'%s' is not a repository's URL: %s".formatted(Grammar.shown(value), e.getReason()));
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (value.length() > MAX_CHARACTERS || !SCHEMES.contains(scheme)) {
      throw new IllegalArgumentException(
          "'%s' is not a repository's URL (https://, ssh://, user@host:path or file://)"
              .formatted(Grammar.shown(value)));
    }
    String userInfo = uri.getUserInfo();
    if (userInfo != null && (userInfo.contains(":") || userInfo.startsWith("-"))) {
      throw new IllegalArgumentException(
          "a repository's URL carries no password: store it as a secret of kind git");
    }
    boolean file = scheme.equals("file");
    String host = uri.getHost();
    if (file ? (host != null && !host.isEmpty()) : (host == null || host.startsWith("-"))) {
      throw new IllegalArgumentException(
          "'%s' names no valid host".formatted(Grammar.shown(value)));
    }
    if (uri.getPath() == null || uri.getPath().isEmpty() || uri.getPath().equals("/")) {
      throw new IllegalArgumentException(
          "'%s' names no repository".formatted(Grammar.shown(value)));
    }
  }

  /** The scheme in lower case: https, http, ssh or file. */
  public String scheme() {
    return URI.create(value).getScheme().toLowerCase(Locale.ROOT);
  }

  /** The last part of the path without {@code .git}: the folder that a clone would make. */
  public String folder() {
    String path = URI.create(value).getPath().replaceAll("/+$", "");
    String last = path.substring(path.lastIndexOf('/') + 1).replaceAll("\\.git$", "");
    String safe = last.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^[.-]+", "");
    return safe.isEmpty() ? "repository" : safe;
  }

  @Override
  public String toString() {
    return value;
  }
}
