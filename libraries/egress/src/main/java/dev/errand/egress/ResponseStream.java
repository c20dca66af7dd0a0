package dev.errand.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells the client in the response's head that the connection ends after it, and lets the rest pass
 * as it comes, until the server closes.
 */
final class ResponseStream implements StreamFilter {
  /** What browsers take; cookies make responses' heads larger than requests'. */
  private static final int MAX_HEAD_BYTES = 64 * 1024;

  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-9][0-9]{2})(?: .*)?");

  private final ByteBuf gathered = Unpooled.buffer();
  private boolean headPassed;

  @Override
  public ByteBuf pass(ByteBuf bytes) throws MalformedException {
    if (headPassed) {
      return bytes;
    }
    gathered.writeBytes(bytes);
    bytes.release();
    ByteBuf out = Unpooled.buffer();
    try {
      while (!headPassed && passHead(out)) {
        // Informational responses come before the one that counts.
      }
    } catch (MalformedException e) {
      out.release();
      throw e;
    }
    if (headPassed) {
      out.writeBytes(gathered);
    }
    return out;
  }

  private boolean passHead(ByteBuf out) throws MalformedException {
    int length = gathered.readableBytes();
    byte[] bytes = new byte[length];
    gathered.getBytes(gathered.readerIndex(), bytes);
    int end = Head.end(bytes, length);
    if (end < 0) {
      if (length > MAX_HEAD_BYTES) {
        throw new MalformedException("the response's head is too long");
      }
      return false;
    }
    byte[] headBytes = new byte[end];
    gathered.readBytes(headBytes);
    Head head = Head.parse(headBytes);
    var status = STATUS.matcher(head.firstLine());
    if (!status.matches() || status.group(1).equals("101")) {
      throw new MalformedException("the response is not one of HTTP/1");
    }
    if (status.group(1).startsWith("1")) {
      out.writeBytes(headBytes);
    } else {
      out.writeBytes(head.forwarded(head.firstLine(), Optional.empty()));
      headPassed = true;
    }
    return true;
  }

  @Override
  public void discard() {
    gathered.release();
  }
}
