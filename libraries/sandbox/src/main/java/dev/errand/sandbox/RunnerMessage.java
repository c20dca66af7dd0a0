package dev.errand.sandbox;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.CorruptedFrameException;
import java.nio.charset.StandardCharsets;

/** What the runner says; {@code src/main/c/PROTOCOL.md} describes the frames. */
sealed interface RunnerMessage {
  /** Bytes of an output frame beside its data, and room for the small frames. */
  int MAX_PAYLOAD_BYTES = BoxSession.OutputSink.MAX_CHUNK_BYTES + 4_096;

  /** First on every connection. The phase is empty before the first one. */
  record Hello(int version, String phase) implements RunnerMessage {}

  /** The phase runs or has run, and its output follows from this offset. */
  record Started(String phase, long offset) implements RunnerMessage {}

  /** The next bytes of the phase; the array is the receiver's. */
  final class Output implements RunnerMessage {
    final long offset;
    final byte[] data;

    Output(long offset, byte[] data) {
      this.offset = offset;
      this.data = data;
    }
  }

  /** Nothing of the phase is alive and all its output has been sent before. */
  record Exit(String phase, int code, boolean timedOut, boolean outOfMemory, boolean notClean)
      implements RunnerMessage {}

  record Refused(String phase, String reason) implements RunnerMessage {}

  /** Not the runner's but ours: the connection has ended. */
  record Gone() implements RunnerMessage {}

  /**
   * Reads one frame from its type byte on.
   *
   * @throws CorruptedFrameException when it is none
   */
  static RunnerMessage decode(ByteBuf frame) {
    try {
      return switch (frame.readUnsignedByte()) {
        case 16 -> hello(frame);
        case 17 -> new Started(text(frame), frame.readLong());
        case 18 -> new Output(frame.readLong(), rest(frame));
        case 19 -> exit(frame);
        case 20 -> new Refused(text(frame), text(frame));
        default -> throw new CorruptedFrameException("an unknown frame of the runner");
      };
    } catch (IndexOutOfBoundsException tooShort) {
      throw new CorruptedFrameException("a short frame of the runner", tooShort);
    }
  }

  private static Hello hello(ByteBuf frame) {
    int version = frame.readUnsignedByte();
    frame.skipBytes(1); // the state: whoever joins learns it from what follows
    return new Hello(version, text(frame));
  }

  private static Exit exit(ByteBuf frame) {
    String phase = text(frame);
    int code = frame.readInt();
    int flags = frame.readUnsignedByte();
    return new Exit(phase, code, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
  }

  private static String text(ByteBuf frame) {
    int length = frame.readInt();
    if (length < 0 || length > frame.readableBytes()) {
      throw new CorruptedFrameException("a text of the runner is longer than its frame");
    }
    return frame.readCharSequence(length, StandardCharsets.UTF_8).toString();
  }

  private static byte[] rest(ByteBuf frame) {
    byte[] data = new byte[frame.readableBytes()];
    frame.readBytes(data);
    return data;
  }
}
