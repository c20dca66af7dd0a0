package dev.errand.egress;

import dev.errand.schemas.Data;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a client asks of the proxy: a tunnel, or one plain HTTP exchange. */
sealed interface Request {
  Destination destination();

  record Tunnel(Destination destination) implements Request {}

  /**
   * @param head what the destination is sent; the target of the absolute form decides where to, not
   *     the Host field
   * @param framing how the body ends that follows
   */
  record Plain(Destination destination, Data head, Head.Framing framing) implements Request {}

  Pattern FIRST_LINE = Pattern.compile("([A-Z][A-Z-]{0,31}) (\\S+) (HTTP/1\\.[01])");
  Pattern ABSOLUTE = Pattern.compile("(?i:http)://([^/?#]*)([^#]*)(?:#.*)?");

  /**
   * @param bytes a whole head with its empty line
   */
  static Request parse(byte[] bytes) throws MalformedException {
    Head head = Head.parse(bytes);
    Matcher line = FIRST_LINE.matcher(head.firstLine());
    if (!line.matches()) {
      throw new MalformedException("the first line is not an HTTP/1 request");
    }
    if (line.group(1).equals("CONNECT")) {
      return new Tunnel(Destination.parse(line.group(2), 0));
    }
    Matcher target = ABSOLUTE.matcher(line.group(2));
    if (!target.matches()) {
      throw new MalformedException("a proxy is asked with http://host/path, or with CONNECT");
    }
    if (head.values("host").size() > 1) {
      throw new MalformedException("more than one Host field");
    }
    Destination destination = Destination.parse(target.group(1), 80);
    String path = target.group(2).startsWith("/") ? target.group(2) : "/" + target.group(2);
    String first = "%s %s %s".formatted(line.group(1), path, line.group(3));
    String host = destination.port() == 80 ? destination.host() : destination.toString();
    return new Plain(
        destination, Data.of(head.forwarded(first, Optional.of(host))), head.requestFraming());
  }
}
