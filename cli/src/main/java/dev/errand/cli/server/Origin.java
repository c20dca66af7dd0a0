package dev.errand.cli.server;

import dev.errand.cli.outcome.CommandFailure;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Scheme, host and port of a server: what a token belongs to.
 *
 * @param port always explicit
 */
public record Origin(String scheme, String host, int port) {
  private static final String HINT = "give an address such as http://localhost:8080";
  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

  /**
   * Reads an address that a person wrote; a path after it is dropped.
   *
   * @throws CommandFailure (USAGE) when it is not http(s), or carries a user
   */
  public static Origin of(String text, String from) {
    URI uri = uri(text.strip());
    if (uri == null || uri.getHost() == null || uri.getScheme() == null) {
      throw CommandFailure.usage("'" + text + "' in " + from + " is not an address", HINT);
    }
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw CommandFailure.usage("'" + text + "' in " + from + " is neither http nor https", HINT);
    }
    if (uri.getUserInfo() != null) {
      throw CommandFailure.usage(
          "the address in " + from + " carries a user", "give the token with ERRAND_TOKEN");
    }
    int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
    return new Origin(scheme, uri.getHost().toLowerCase(Locale.ROOT), port);
  }

  private static @Nullable URI uri(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether what is sent there crosses a network in the clear. */
  public boolean exposesTokens() {
    return scheme.equals("http") && !onThisMachine();
  }

  /** Whether it is a loopback address by name or number. */
  public boolean onThisMachine() {
    return THIS_MACHINE.contains(host);
  }

  /** By hand: the one that a record gets is put together at run time, for 15 ms of every start. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Origin that && toString().equals(that.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  @Override
  public String toString() {
    return scheme + "://" + host + ":" + port;
  }
}
