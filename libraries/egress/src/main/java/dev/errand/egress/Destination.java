package dev.errand.egress;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A host and port that a client asked for.
 *
 * @param host in lower case without a final dot; a name or something that may be an address, see
 *     {@link #isAddress()}
 * @param port 1 to 65535
 */
record Destination(String host, int port) {
  private static final int MAX_HOST_CHARACTERS = 253; // RFC 1035, without the final dot
  private static final Pattern LABEL = Pattern.compile("[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");
  private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");

  /**
   * Reads {@code host:port} or, with a default port, {@code host}.
   *
   * @param defaultPort 0 when the port must be there
   */
  static Destination parse(String authority, int defaultPort) throws MalformedException {
    int colon = authority.lastIndexOf(':');
    boolean bracketed = authority.startsWith("[");
    boolean portMissing = colon < 0 || (bracketed && authority.endsWith("]"));
    if (portMissing && defaultPort == 0) {
      throw new MalformedException("the destination has no port");
    }
    String host = portMissing ? authority : authority.substring(0, colon);
    String portText = portMissing ? "" : authority.substring(colon + 1);
    if (!portMissing && !PORT.matcher(portText).matches()) {
      throw new MalformedException("the destination's port is not a number of 1 to 65535");
    }
    int port = portMissing ? defaultPort : Integer.parseInt(portText);
    if (port > 65_535) {
      throw new MalformedException("the destination's port is not a number of 1 to 65535");
    }
    return new Destination(normalised(host), port);
  }

  private static String normalised(String text) throws MalformedException {
    String host = text.toLowerCase(Locale.ROOT);
    host = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    if (host.isEmpty() || host.length() > MAX_HOST_CHARACTERS) {
      throw new MalformedException("the destination's host is empty or too long");
    }
    if (host.matches("\\[?[0-9a-f:.]*:[0-9a-f:.]*(?:%[0-9a-z._~-]*)?]?")) {
      return host; // an IPv6 address: refused by name later, where it is reported
    }
    for (String label : host.split("\\.", -1)) {
      if (!LABEL.matcher(label).matches()) {
        throw new MalformedException("the destination's host is not a host name");
      }
    }
    return host;
  }

  /**
   * Whether a resolver would read the host as an address: IPv6, or a last label that is a number,
   * as in 127.1, 0x7f000001, 2130706433 or 0177.0.0.1. No top-level domain is a number.
   *
   * <p>Source: WHATWG URL, "ends in a number checker".
   */
  boolean isAddress() {
    String last = host.substring(host.lastIndexOf('.') + 1);
    return host.contains(":") || NUMBER.matcher(last).matches();
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
