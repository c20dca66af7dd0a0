package dev.errand.ingest.access;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The front door's own secret, made at the first start and kept: what was signed before a restart
 * is still valid after it. Only derived keys are used.
 */
public final class ServerKey {
  private static final int BYTES = 32;

  private final byte[] key;

  private ServerKey(byte[] key) {
    this.key = key;
  }

  public static ServerKey open(Path keyFile) {
    PrivateFile file = new PrivateFile(keyFile);
    if (!file.exists()) {
      byte[] fresh = new byte[BYTES];
      new SecureRandom().nextBytes(fresh);
      file.write(HexFormat.of().formatHex(fresh));
    }
    return new ServerKey(HexFormat.of().parseHex(file.read().strip()));
  }

  /** A key for one purpose, which says nothing about the others. */
  byte[] derived(String purpose) {
    return Macs.hmac(key, Macs.utf8(purpose));
  }
}
