package dev.errand.egress;

import io.netty.buffer.ByteBuf;

/** What one direction of a connection does to the bytes that pass. Used on one I/O thread. */
interface StreamFilter {
  /** The bytes that may pass now; takes the argument over. */
  ByteBuf pass(ByteBuf bytes) throws MalformedException;

  /** Frees what is held; nothing passes afterwards. */
  default void discard() {}

  /** A tunnel's: what is encrypted cannot be judged. */
  static StreamFilter everything() {
    return bytes -> bytes;
  }
}
