package dev.errand.sandbox;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * Secrets on their way into one process: written whole into a pipe whose reading end is given away.
 * They pass through no file, no command line and not through the runner.
 */
final class SecretPipe {
  private SecretPipe() {}

  /** The reading end of a pipe that holds {@code NAME=value\0} for each secret, and then ends. */
  static FileDescriptor filled(Map<String, byte[]> secrets) {
    byte[] content = new byte[PhaseSpec.MAX_SECRET_BYTES];
    ByteBuffer whole = ByteBuffer.wrap(content);
    secrets.forEach(
        (name, value) ->
            whole
                .put(name.getBytes(StandardCharsets.US_ASCII))
                .put((byte) '=')
                .put(value)
                .put((byte) 0));
    ByteBuffer direct = ByteBuffer.allocateDirect(whole.position()).put(whole.flip()).flip();
    Arrays.fill(content, (byte) 0);
    try {
      FileDescriptor[] pipe = FileDescriptor.pipe();
      try {
        int written = pipe[1].write(direct, 0, direct.limit());
        if (written != direct.limit()) {
          throw new IOException("the pipe took %d of %d bytes".formatted(written, direct.limit()));
        }
        return pipe[0];
      } finally {
        pipe[1].close();
        for (int i = 0; i < direct.limit(); i++) {
          direct.put(i, (byte) 0);
        }
      }
    } catch (IOException failed) {
      throw new ErrandException(FailureCode.ENGINE_FAILED, "no pipe for secrets", failed);
    }
  }
}
