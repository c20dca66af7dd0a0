package dev.errand.secrets;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A secret's value, kept out of logs and messages: nothing but {@link #toBytes} and {@link #text}
 * tells it. {@link #wipe} overwrites it; copies that were handed out are the receiver's to wipe.
 */
public final class Secret {
  /** What is shorter cannot be hidden in a log: it occurs by chance. */
  public static final int MIN_BYTES = 8;

  /** A key file or a token fits many times; an environment variable holds no more on Linux. */
  public static final int MAX_BYTES = 64 * 1024;

  private final byte[] value;

  private Secret(byte[] value) {
    this.value = value;
  }

  /**
   * A value of {@link #MIN_BYTES} to {@link #MAX_BYTES} without zero bytes; copied.
   *
   * @throws ErrandException REQUEST_INVALID when it is shorter, longer or holds a zero byte
   */
  public static Secret of(byte[] value) {
    if (value.length < MIN_BYTES || value.length > MAX_BYTES) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID,
          "a secret has %d to %d bytes, this one has %d: shorter ones cannot be hidden in logs"
              .formatted(MIN_BYTES, MAX_BYTES, value.length));
    }
    for (byte b : value) {
      if (b == 0) {
        throw new ErrandException(
            FailureCode.REQUEST_INVALID,
            "a secret holds no zero byte: an environment variable ends there");
      }
    }
    return new Secret(value.clone());
  }

  /**
   * @throws ErrandException REQUEST_INVALID as {@link #of(byte[])}
   */
  public static Secret of(String value) {
    return of(value.getBytes(StandardCharsets.UTF_8));
  }

  /** A copy of the value. */
  public byte[] toBytes() {
    return value.clone();
  }

  /** The value read as UTF-8. */
  public String text() {
    return new String(value, StandardCharsets.UTF_8);
  }

  public int size() {
    return value.length;
  }

  /** Overwrites the value with zeros; it must not be used afterwards. */
  public void wipe() {
    Arrays.fill(value, (byte) 0);
  }

  @Override
  public String toString() {
    return "Secret[hidden]";
  }
}
