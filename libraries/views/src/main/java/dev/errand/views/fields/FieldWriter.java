package dev.errand.views.fields;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes fields one after the other; {@link FieldReader} reads them in the same order. */
public final class FieldWriter {
  /** How one kind of value is written. */
  @FunctionalInterface
  public interface Part<T> {
    void write(FieldWriter out, T value) throws IOException;
  }

  /** A value's fields. */
  @FunctionalInterface
  public interface Fields {
    void write(FieldWriter out) throws IOException;
  }

  private final DataOutputStream out;

  private FieldWriter(DataOutputStream out) {
    this.out = out;
  }

  public static byte[] write(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      fields.write(new FieldWriter(out));
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  public void number(long value) throws IOException {
    out.writeLong(value);
  }

  public void text(String value) throws IOException {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** To the nanosecond, as the clock gave it. */
  public void instant(Instant value) throws IOException {
    out.writeLong(value.getEpochSecond());
    out.writeInt(value.getNano());
  }

  public <T> void optional(@Nullable T value, Part<T> part) throws IOException {
    out.writeBoolean(value != null);
    if (value != null) {
      part.write(this, value);
    }
  }

  public <T> void list(List<T> values, Part<T> part) throws IOException {
    out.writeInt(values.size());
    for (T value : values) {
      part.write(this, value);
    }
  }
}
