package dev.errand.artifacts;

import dev.errand.schemas.ids.Digest;
import java.io.IOException;
import java.io.OutputStream;

/** An artifact that is being written; closed without {@link #keep}, it never was. One thread. */
public abstract class ArtifactWriter extends OutputStream {
  /**
   * Makes what was written durable; nothing may be written afterwards.
   *
   * @throws IOException when the disk refuses
   */
  public abstract Digest keep() throws IOException;
}
