package dev.errand.views.deciders;

import dev.errand.schemas.Event;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.TaskId;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

/**
 * What admission remembers of an idempotency key: the first request that used it.
 *
 * @param digest of what that request asked for
 * @param offset of its record: the same record, read again, is answered again
 * @param at when it was decided
 */
record Accepted(TaskId task, Digest digest, long offset, Instant at) {
  /** The digest of what a request asks for: not of when, nor of the id that it wants. */
  static Digest digestOf(Event.TaskRequested request) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(out, request.environment().value());
      out.writeInt(request.environmentVersion());
      write(out, request.prompt());
      out.writeBoolean(request.branch() != null);
      write(out, request.branch() == null ? "" : request.branch());
      out.writeInt(request.attempts());
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    try {
      return new Digest(
          HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray())));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** With its length, so that no two requests run into the same bytes. */
  private static void write(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  byte[] toBytes() {
    byte[] id = task.value().getBytes(StandardCharsets.US_ASCII);
    byte[] sha = HexFormat.of().parseHex(digest.value());
    return ByteBuffer.allocate(id.length + sha.length + 2 * Long.BYTES)
        .put(id)
        .put(sha)
        .putLong(offset)
        .putLong(at.toEpochMilli())
        .array();
  }

  static Accepted of(byte[] stored) {
    ByteBuffer buffer = ByteBuffer.wrap(stored);
    byte[] id = new byte[26];
    byte[] sha = new byte[32];
    buffer.get(id).get(sha);
    return new Accepted(
        new TaskId(new String(id, StandardCharsets.US_ASCII)),
        new Digest(HexFormat.of().formatHex(sha)),
        buffer.getLong(),
        Instant.ofEpochMilli(buffer.getLong()));
  }
}
