package dev.errand.ingest.http;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import org.jspecify.annotations.Nullable;

/** Numbers in addresses: what is none is a mistake of its own, not an address that is not there. */
public final class Numbers {
  private Numbers() {}

  /**
   * @param name what the address calls it
   * @param text what it says; null where it says nothing
   * @throws ErrandException REQUEST_INVALID
   */
  public static int read(String name, @Nullable String text, int absent) {
    try {
      return text == null ? absent : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID, "%s: '%s' is no number".formatted(name, text), e);
    }
  }
}
