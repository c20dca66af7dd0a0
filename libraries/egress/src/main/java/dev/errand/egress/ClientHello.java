package dev.errand.egress;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The first message of a TLS handshake, read for the server's name only.
 *
 * <p>Source: RFC 8446, sections 4.1.2 and 5.1; RFC 6066, section 3.
 */
sealed interface ClientHello {
  /** With records' headers; real ones have 0.2 to 2 KiB, with post-quantum keys up to 4. */
  int MAX_BYTES = 16 * 1024;

  /** More bytes are needed. */
  record Incomplete() implements ClientHello {}

  /** This is no handshake. */
  record Foreign() implements ClientHello {}

  /**
   * @param serverName in lower case, or null when the client names none
   */
  record Complete(@Nullable String serverName) implements ClientHello {}

  int HANDSHAKE_RECORD = 22;
  int CLIENT_HELLO = 1;
  int SERVER_NAME_EXTENSION = 0;
  int HOST_NAME = 0;

  /** Reads what there is of the stream from its first byte; the buffer's position is kept. */
  static ClientHello parse(ByteBuffer stream) {
    ByteBuffer in = stream.duplicate();
    ByteBuffer message = ByteBuffer.allocate(in.remaining());
    while (in.remaining() >= 5) {
      int type = in.get() & 0xff;
      int major = in.get();
      in.get(); // the minor version is frozen at 1 or 3 and says nothing
      int length = in.getShort() & 0xffff;
      if (type != HANDSHAKE_RECORD || major != 3 || length == 0) {
        return new Foreign();
      }
      int available = Math.min(length, in.remaining());
      message.put(in.duplicate().limit(in.position() + available));
      if (available < length || isWhole(message)) {
        break;
      }
      in.position(in.position() + length);
    }
    if (in.position() == stream.position() && in.hasRemaining() && in.get(in.position()) != 22) {
      return new Foreign();
    }
    message.flip();
    if (message.hasRemaining() && message.get(0) != CLIENT_HELLO) {
      return new Foreign();
    }
    return isWhole(message.duplicate().position(message.limit()))
        ? complete(message)
        : new Incomplete();
  }

  /** Whether the handshake message that was put into the buffer has all its bytes. */
  private static boolean isWhole(ByteBuffer message) {
    return message.position() >= 4 && message.position() >= 4 + (message.getInt(0) & 0xff_ffff);
  }

  private static ClientHello complete(ByteBuffer message) {
    try {
      message.limit(4 + (message.getInt(0) & 0xff_ffff)).position(4);
      skip(message, 2 + 32); // version, random
      skip(message, message.get() & 0xff); // session
      skip(message, message.getShort() & 0xffff); // cipher suites
      skip(message, message.get() & 0xff); // compressions
      return message.hasRemaining() ? new Complete(serverName(message)) : new Complete(null);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return new Foreign(); // lengths that point outside of the message
    }
  }

  private static @Nullable String serverName(ByteBuffer message) {
    ByteBuffer extensions = part(message, message.getShort() & 0xffff);
    while (extensions.hasRemaining()) {
      int type = extensions.getShort() & 0xffff;
      ByteBuffer body = part(extensions, extensions.getShort() & 0xffff);
      if (type == SERVER_NAME_EXTENSION) {
        ByteBuffer names = part(body, body.getShort() & 0xffff);
        int kind = names.get();
        byte[] name = new byte[names.getShort() & 0xffff];
        names.get(name);
        boolean only = kind == HOST_NAME && !names.hasRemaining();
        return only ? new String(name, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT) : null;
      }
    }
    return null;
  }

  private static ByteBuffer part(ByteBuffer from, int length) {
    ByteBuffer part = from.duplicate().limit(from.position() + length);
    skip(from, length);
    return part;
  }

  private static void skip(ByteBuffer buffer, int length) {
    buffer.position(buffer.position() + length);
  }
}
