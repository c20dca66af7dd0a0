package dev.errand.cli.server;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** An address below /api/v1; every part is escaped, so that no id can change the address. */
public record ApiPath(String value) {
  private static final String ROOT = "/api/v1";
  private static final String UNRESERVED = "-._~";

  /** Joins parts with slashes; a part that holds a slash stays one part. */
  public static ApiPath of(String... parts) {
    StringBuilder path = new StringBuilder(ROOT);
    for (String part : parts) {
      path.append('/');
      // A part of dots only would be resolved away by clients and servers.
      path.append(
          part.chars().allMatch(c -> c == '.') ? "%2E".repeat(part.length()) : escape(part));
    }
    return new ApiPath(path.toString());
  }

  /** Adds a query parameter; null adds none. */
  public ApiPath with(String name, @Nullable Object argument) {
    if (argument == null) {
      return this;
    }
    char separator = value.indexOf('?') < 0 ? '?' : '&';
    return new ApiPath(value + separator + name + "=" + escape(argument.toString()));
  }

  private static String escape(String text) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      out.append(plain || UNRESERVED.indexOf(c) >= 0 ? String.valueOf(c) : hex(c));
    }
    return out.toString();
  }

  private static String hex(char c) {
    return "%"
        + Character.toUpperCase(Character.forDigit(c >> 4, 16))
        + Character.toUpperCase(Character.forDigit(c & 15, 16));
  }
}
