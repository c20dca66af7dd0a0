package dev.errand.provisioner;

import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.RunId;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Which box a run gets: derived, so that whoever repeats the creation after a crash makes the same
 * box, and the reaper knows whose an unclaimed one is.
 */
final class BoxIds {
  private static final int BASE = 36;
  private static final int LENGTH = 12;

  private BoxIds() {}

  /** The box that the run's agent works in. */
  static BoxId of(RunId run) {
    return derived(run.toString());
  }

  /** The box that the run prepares for itself and others, before its own. */
  static BoxId ofBuild(RunId run) {
    return derived("build " + run);
  }

  /** 12 digits to base 36: 62 bits of the text's SHA-256. */
  private static BoxId derived(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      String digits = new BigInteger(1, hash).toString(BASE);
      return new BoxId(digits.substring(digits.length() - LENGTH));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
