package dev.errand.secrets;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;

/**
 * Writes stars over secrets in a stream, also where a chunk ends inside of one. A byte stays a
 * byte, so offsets in the stream stay true. Bytes that may be the beginning of a secret are held
 * back until what follows decides; the rest passes at once. Raw values only: an encoded secret is
 * not recognised. Used by one thread.
 */
public final class Redactor {
  private static final byte STAR = '*';

  private final List<byte[]> secrets;

  /** As they came: a secret may begin inside of another one. */
  private byte[] held = new byte[0];

  /** Which of the held bytes belong to a secret that is already complete. */
  private BitSet covered = new BitSet();

  /** Secrets' remainders that may follow now because their beginnings were lost. */
  private long lost;

  public Redactor(Collection<Secret> secrets) {
    this.secrets = secrets.stream().map(Secret::toBytes).toList();
  }

  /**
   * What is decided after this chunk: what was held back before it, then as much of it as can be.
   */
  public byte[] redact(byte[] chunk) {
    byte[] fresh = chunk;
    if (lost > 0 && chunk.length > 0) {
      fresh = withoutRemainder(chunk);
      lost = 0;
    }
    held = joined(held, fresh);
    return release(cover());
  }

  /** What is held back, at the end of the stream. */
  public byte[] rest() {
    return release(held.length);
  }

  /**
   * Tells that bytes before the next chunk never come: another redactor held them back and died.
   * They were the beginning of a secret, so what would complete one is hidden.
   */
  public void skipped(long bytes) {
    held = new byte[0];
    covered = new BitSet();
    lost = bytes;
  }

  /** Finds the secrets in what is held; what lies before the returned index is decided. */
  private int cover() {
    int decided = held.length;
    for (int at = 0; at < held.length; at++) {
      for (byte[] secret : secrets) {
        int common = Math.min(secret.length, held.length - at);
        if (!Arrays.equals(held, at, at + common, secret, 0, common)) {
          continue;
        }
        if (common == secret.length) {
          covered.set(at, at + common);
        } else {
          decided = Math.min(decided, at);
        }
      }
    }
    return decided;
  }

  private byte[] release(int count) {
    byte[] out = Arrays.copyOf(held, count);
    covered.stream().takeWhile(i -> i < count).forEach(i -> out[i] = STAR);
    held = Arrays.copyOfRange(held, count, held.length);
    covered = covered.get(count, count + held.length);
    return out;
  }

  private byte[] withoutRemainder(byte[] chunk) {
    int remainder = 0;
    for (byte[] secret : secrets) {
      int longest = (int) Math.min(lost, secret.length - 1L);
      for (int begun = 1; begun <= longest; begun++) {
        int common = Math.min(secret.length - begun, chunk.length);
        if (Arrays.equals(chunk, 0, common, secret, begun, begun + common)) {
          remainder = Math.max(remainder, common);
        }
      }
    }
    byte[] copy = chunk.clone();
    Arrays.fill(copy, 0, remainder, STAR);
    return copy;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }
}
