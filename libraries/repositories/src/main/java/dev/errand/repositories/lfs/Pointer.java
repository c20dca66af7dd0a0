package dev.errand.repositories.lfs;

import dev.errand.schemas.ids.Digest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a commit holds in the place of a content.
 *
 * @param content the SHA-256 of the content
 * @param size in bytes, 0 or more
 */
public record Pointer(Digest content, long size) {
  /** A longer blob is no pointer. */
  public static final int MAX_BYTES = 1023;

  /** Lines of extensions are not read: what they name is made by programs of the user's. */
  private static final Pattern TEXT =
      Pattern.compile(
          """
          version https://git-lfs\\.github\\.com/spec/v1
          oid sha256:([0-9a-f]{64})
          size (0|[1-9][0-9]{0,17})
          """);

  /** The pointers in a text that holds many, whatever lies between them; each content once. */
  public static List<Pointer> in(String text) {
    Map<Digest, Pointer> found = new LinkedHashMap<>();
    Matcher matcher = TEXT.matcher(text);
    while (matcher.find()) {
      Digest content = new Digest(matcher.group(1));
      found.put(content, new Pointer(content, Long.parseLong(matcher.group(2))));
    }
    return List.copyOf(found.values());
  }
}
