package dev.errand.views;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes fields one after the other; {@link FieldReader} reads them in the same order. */
final class FieldWriter {
  /** How one kind of value is written. */
  @FunctionalInterface
  interface Part<T> {
    void write(FieldWriter out, T value) throws IOException;
  }

  /** A value's fields. */
  @FunctionalInterface
  interface Fields {
    void write(FieldWriter out) throws IOException;
  }

  private final DataOutputStream out;

  private FieldWriter(DataOutputStream out) {
    this.out = out;
  }

  static byte[] write(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      fields.write(new FieldWriter(out));
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  void number(long value) throws IOException {
    out.writeLong(value);
  }

  void text(String value) throws IOException {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** To the nanosecond, as the clock gave it. */
  void instant(Instant value) throws IOException {
    out.writeLong(value.getEpochSecond());
    out.writeInt(value.getNano());
  }

  <T> void optional(@Nullable T value, Part<T> part) throws IOException {
    out.writeBoolean(value != null);
    if (value != null) {
      part.write(this, value);
    }
  }

  <T> void list(List<T> values, Part<T> part) throws IOException {
    out.writeInt(values.size());
    for (T value : values) {
      part.write(this, value);
    }
  }
}
