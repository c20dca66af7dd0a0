package dev.errand.ingest.tasks;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns one stage's chunks into text: a character that two chunks share comes with the second, a
 * byte that came before is left out, one that is no UTF-8 becomes U+FFFD. For one thread.
 */
final class ChunkText {
  /** The longest character less one byte. */
  private static final int MAX_REST = 3;

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private byte[] rest = new byte[0];
  private long next;

  /** The chunk's text; empty when all of it came before. */
  String accept(long offset, byte[] data) {
    long known = Math.max(0, next - offset);
    if (known >= data.length) {
      return "";
    }
    if (offset > next) {
      rest = new byte[0]; // what lies between never comes
    }
    next = offset + data.length;
    ByteBuffer in = ByteBuffer.allocate(MAX_REST + data.length);
    in.put(rest).put(data, (int) known, data.length - (int) known).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining());
    decoder.reset().decode(in, out, false);
    rest = new byte[in.remaining()];
    in.get(rest);
    return out.flip().toString();
  }
}
