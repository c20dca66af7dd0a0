package dev.errand.views.fields;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what {@link FieldWriter} wrote, in the same order. */
public final class FieldReader {
  /** How one kind of value is read. */
  @FunctionalInterface
  public interface Part<T> {
    T read(FieldReader in) throws IOException;
  }

  private final DataInputStream in;

  private FieldReader(DataInputStream in) {
    this.in = in;
  }

  /**
   * @throws IllegalStateException when the bytes are not such a value, or are more than that
   */
  public static <T> T read(byte[] bytes, Part<T> part) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      T value = part.read(new FieldReader(in));
      if (in.read() != -1) {
        throw new IllegalStateException("more bytes than the stored value has");
      }
      return value;
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalStateException("not what this version stores", e);
    }
  }

  public long number() throws IOException {
    return in.readLong();
  }

  public int count() throws IOException {
    return Math.toIntExact(in.readLong());
  }

  public String text() throws IOException {
    byte[] bytes = new byte[size()];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  public Instant instant() throws IOException {
    return Instant.ofEpochSecond(in.readLong(), in.readInt());
  }

  public <T> @Nullable T optional(Part<T> part) throws IOException {
    return in.readBoolean() ? part.read(this) : null;
  }

  public <T> List<T> list(Part<T> part) throws IOException {
    int size = size();
    List<T> values = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      values.add(part.read(this));
    }
    return values;
  }

  /** No size is believed that the bytes at hand cannot hold. */
  private int size() throws IOException {
    int size = in.readInt();
    if (size < 0 || size > in.available()) {
      throw new IOException("a size of " + size + " with " + in.available() + " bytes left");
    }
    return size;
  }
}
