package dev.errand.egress;

import io.netty.buffer.ByteBuf;

/**
 * Lets one request's body pass and drops what is behind it: a second request on the connection
 * would pass without a verdict of its own. Its client sends it again, as the first one's response
 * ends the connection. Chunks are read to find their end and forwarded as they came.
 *
 * <p>Source: RFC 9112, section 7.1.
 */
final class RequestBody implements StreamFilter {
  /** 8 hex digits and the line's end: chunks up to 4 GiB, no extensions, which nobody sends. */
  private static final int MAX_SIZE_LINE = 10;

  private enum At {
    BYTES,
    SIZE,
    CHUNK_END,
    LAST_END,
    DONE
  }

  private final boolean chunked;
  private final StringBuilder line = new StringBuilder();
  private At at;
  private long left;

  RequestBody(Head.Framing framing) {
    switch (framing) {
      case Head.Framing.Length(long bytes) -> {
        chunked = false;
        left = bytes;
        at = bytes == 0 ? At.DONE : At.BYTES;
      }
      case Head.Framing.Chunked() -> {
        chunked = true;
        at = At.SIZE;
      }
    }
  }

  @Override
  public ByteBuf pass(ByteBuf bytes) throws MalformedException {
    int start = bytes.readerIndex();
    try {
      while (bytes.isReadable() && at != At.DONE) {
        step(bytes);
      }
    } catch (MalformedException e) {
      bytes.release();
      throw e;
    }
    int end = bytes.readerIndex();
    return bytes.setIndex(start, end);
  }

  private void step(ByteBuf bytes) throws MalformedException {
    switch (at) {
      case BYTES -> {
        int count = (int) Math.min(left, bytes.readableBytes());
        bytes.skipBytes(count);
        left -= count;
        if (left == 0) {
          at = chunked ? At.CHUNK_END : At.DONE;
        }
      }
      case SIZE -> {
        if (lineEnds(bytes.readByte())) {
          left = chunkSize();
          at = left == 0 ? At.LAST_END : At.BYTES;
        }
      }
      case CHUNK_END -> {
        if (lineEnds(bytes.readByte())) {
          requireEmptyLine("bytes behind a chunk");
          at = At.SIZE;
        }
      }
      case LAST_END -> {
        if (lineEnds(bytes.readByte())) {
          requireEmptyLine("a trailer");
          at = At.DONE;
        }
      }
      case DONE -> {}
    }
  }

  private boolean lineEnds(byte next) throws MalformedException {
    line.append((char) (next & 0xff));
    int length = line.length();
    if (length > MAX_SIZE_LINE) {
      throw new MalformedException("a chunk's line is too long");
    }
    if (next != '\n') {
      return false;
    }
    if (length < 2 || line.charAt(length - 2) != '\r') {
      throw new MalformedException("a line that does not end in CR LF");
    }
    line.setLength(length - 2);
    return true;
  }

  private long chunkSize() throws MalformedException {
    String digits = line.toString();
    line.setLength(0);
    if (!digits.matches("[0-9A-Fa-f]{1,8}")) {
      throw new MalformedException("a chunk's size is not a hexadecimal number");
    }
    return Long.parseLong(digits, 16);
  }

  private void requireEmptyLine(String otherwise) throws MalformedException {
    if (!line.isEmpty()) {
      throw new MalformedException(otherwise);
    }
  }
}
