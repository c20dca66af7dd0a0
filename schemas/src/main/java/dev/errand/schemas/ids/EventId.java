package dev.errand.schemas.ids;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * The identity of a fact. A stage's output id is a UUIDv5 of its input's id, the stage, turn and
 * run: whoever repeats the work after a crash makes the same fact, not another one.
 *
 * <p>Source: RFC 9562, section 5.5.
 */
public record EventId(UUID value) {
  /**
   * @throws IllegalArgumentException when the text is not a UUID in its 36 characters
   */
  public static EventId parse(String text) {
    UUID value = UUID.fromString(text);
    if (!value.toString().equalsIgnoreCase(text)) { // the JDK also takes 1-1-1-1-1
      throw new IllegalArgumentException("a UUID has 36 characters");
    }
    return new EventId(value);
  }

  /** A first fact's id, which nothing derives: from the client's own unique key. */
  public static EventId of(String name) {
    return derived(new UUID(0, 0), name);
  }

  /** The id of what {@code stage} makes of the fact with this id. */
  public EventId then(StageName stage, int turn, int run) {
    return derived(value, stage.value() + "." + turn + "." + run);
  }

  /** The UUIDv5 of a name in a namespace. */
  static EventId derived(UUID namespace, String name) {
    MessageDigest sha1;
    try {
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
    sha1.update(
        ByteBuffer.allocate(16)
            .putLong(namespace.getMostSignificantBits())
            .putLong(namespace.getLeastSignificantBits())
            .array());
    ByteBuffer hash = ByteBuffer.wrap(sha1.digest(name.getBytes(StandardCharsets.UTF_8)));
    long high = (hash.getLong() & ~0xf000L) | 0x5000L;
    long low = (hash.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new EventId(new UUID(high, low));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
