package dev.errand.artifacts;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;

/** What the disk's refusal means: the one place that translates it. */
public final class DiskFailure {
  private DiskFailure() {}

  /**
   * An exception with code DISK_FULL, the only remedy that a refusing data folder has; the message
   * keeps the system's own words.
   *
   * @param what what could not be done, such as "store the patch"
   */
  public static ErrandException of(String what, IOException cause) {
    String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new ErrandException(
        FailureCode.DISK_FULL, "could not %s: %s".formatted(what, reason), cause);
  }
}
