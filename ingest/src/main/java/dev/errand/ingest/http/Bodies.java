package dev.errand.ingest.http;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.io.InputStream;

/** Reads requests' bodies, never more than a bound. */
public final class Bodies {
  /** A prompt of 128 KiB with every character escaped six-fold fits. */
  public static final int MAX_BYTES = 1 << 20;

  public static final String TOO_LARGE = "the request's body has more than 1 MiB";

  private Bodies() {}

  /**
   * The whole body.
   *
   * @throws ErrandException REQUEST_TOO_LARGE, or REQUEST_INVALID when it breaks off
   */
  public static byte[] read(InputStream body) {
    try {
      byte[] bytes = body.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new ErrandException(FailureCode.REQUEST_TOO_LARGE, TOO_LARGE);
      }
      return bytes;
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID, "the request's body broke off: " + e.getMessage(), e);
    }
  }
}
