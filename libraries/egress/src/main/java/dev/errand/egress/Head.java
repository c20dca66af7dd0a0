package dev.errand.egress;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The first line and the fields of an HTTP/1 message, read as strictly as the standard allows:
 * where two readers could disagree on where a message ends, it is refused.
 *
 * <p>Source: RFC 9112, sections 2 to 6.
 */
record Head(String firstLine, List<Field> fields) {
  private static final int MAX_FIELDS = 200;
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  /** No control but tab; bytes above 127 pass as they are. */
  private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]*");

  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

  /** Fields that mean this connection only, and what would make another protocol of it. */
  private static final Set<String> OF_THIS_HOP =
      Set.of(
          "connection",
          "proxy-connection",
          "proxy-authorization",
          "proxy-authenticate",
          "keep-alive",
          "te",
          "upgrade",
          "http2-settings");

  /** No Connection field takes these away: the body would be read in another way. */
  private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding", "host");

  /** One header field, its name as it was written. */
  record Field(String name, String value) {
    boolean is(String other) {
      return name.equalsIgnoreCase(other);
    }
  }

  /** How a message's body ends. */
  sealed interface Framing {
    record Length(long bytes) implements Framing {}

    record Chunked() implements Framing {}
  }

  /** The number of bytes up to and with the empty line; -1 when it has not come yet. */
  static int end(byte[] bytes, int length) {
    for (int i = 3; i < length; i++) {
      if (bytes[i] == '\n'
          && bytes[i - 1] == '\r'
          && bytes[i - 2] == '\n'
          && bytes[i - 3] == '\r') {
        return i + 1;
      }
    }
    return -1;
  }

  /**
   * @param bytes a whole head with its empty line
   */
  static Head parse(byte[] bytes) throws MalformedException {
    String text = new String(bytes, 0, bytes.length - 4, StandardCharsets.ISO_8859_1);
    String[] lines = text.split("\r\n", -1);
    if (lines.length > MAX_FIELDS) {
      throw new MalformedException("more than %d header fields".formatted(MAX_FIELDS));
    }
    if (!VALUE.matcher(lines[0]).matches()) {
      throw new MalformedException("a control character in the first line");
    }
    var fields = new ArrayList<Field>();
    for (int i = 1; i < lines.length; i++) {
      fields.add(field(lines[i]));
    }
    return new Head(lines[0], List.copyOf(fields));
  }

  private static Field field(String line) throws MalformedException {
    if (line.startsWith(" ") || line.startsWith("\t")) {
      throw new MalformedException("a folded header field");
    }
    int colon = line.indexOf(':');
    if (colon < 0 || !NAME.matcher(line.substring(0, colon)).matches()) {
      throw new MalformedException("a header field without a valid name");
    }
    String value = line.substring(colon + 1);
    if (!VALUE.matcher(value).matches()) {
      throw new MalformedException("a control character in a header field");
    }
    return new Field(line.substring(0, colon), value.strip());
  }

  /** How a request's body ends; refused where two readers could differ. */
  Framing requestFraming() throws MalformedException {
    List<String> lengths = values("content-length");
    List<String> codings = values("transfer-encoding");
    if (codings.isEmpty() && lengths.isEmpty()) {
      return new Framing.Length(0);
    }
    if (!codings.isEmpty() && !lengths.isEmpty()) {
      throw new MalformedException("both Content-Length and Transfer-Encoding");
    }
    if (codings.size() > 1 || lengths.size() > 1) {
      throw new MalformedException("Content-Length or Transfer-Encoding more than once");
    }
    if (!codings.isEmpty()) {
      if (!codings.getFirst().equalsIgnoreCase("chunked") || firstLine.endsWith("HTTP/1.0")) {
        throw new MalformedException("a Transfer-Encoding other than chunked of HTTP/1.1");
      }
      return new Framing.Chunked();
    }
    if (!LENGTH.matcher(lengths.getFirst()).matches()) {
      throw new MalformedException("a Content-Length that is not a number");
    }
    return new Framing.Length(Long.parseLong(lengths.getFirst()));
  }

  List<String> values(String name) {
    return fields.stream().filter(field -> field.is(name)).map(Field::value).toList();
  }

  /** The head for the next hop, which is asked to close the connection after this message. */
  byte[] forwarded(String newFirstLine, Optional<String> host) {
    Set<String> named = namedByConnection();
    var text = new StringBuilder(newFirstLine).append("\r\n");
    host.ifPresent(value -> text.append("Host: ").append(value).append("\r\n"));
    boolean chunked = !values("transfer-encoding").isEmpty();
    for (Field field : fields) {
      String name = field.name().toLowerCase(Locale.ROOT);
      boolean replaced = host.isPresent() && name.equals("host");
      boolean contradicted = chunked && name.equals("content-length");
      if (!OF_THIS_HOP.contains(name) && !named.contains(name) && !replaced && !contradicted) {
        text.append(field.name()).append(": ").append(field.value()).append("\r\n");
      }
    }
    text.append("Connection: close\r\n\r\n");
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The fields that this message's own Connection field declares as of this hop. */
  private Set<String> namedByConnection() {
    return values("connection").stream()
        .flatMap(value -> Stream.of(value.split(",")))
        .map(name -> name.strip().toLowerCase(Locale.ROOT))
        .filter(name -> !FRAMING.contains(name))
        .collect(Collectors.toSet());
  }
}
