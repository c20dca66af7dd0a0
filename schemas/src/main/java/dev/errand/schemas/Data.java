package dev.errand.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes as a value: immutable, compared by content. */
public final class Data {
  private final byte[] bytes;

  private Data(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Data of(byte[] bytes) {
    return new Data(bytes.clone());
  }

  public static Data of(String text) {
    return new Data(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Copies what the buffer has left and leaves the buffer as it was. */
  public static Data of(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return new Data(bytes);
  }

  public byte[] toBytes() {
    return bytes.clone();
  }

  public int size() {
    return bytes.length;
  }

  /** Read as UTF-8; what is not becomes U+FFFD. */
  public String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Data data && Arrays.equals(bytes, data.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The size only: data may be what must not be logged. */
  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}
