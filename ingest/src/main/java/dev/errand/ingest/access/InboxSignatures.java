package dev.errand.ingest.access;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Signs and checks records of the public inbox: HMAC-SHA256 over topic, time and value. A foreign
 * producer signs with its token's inbox key. The front door signs what it appends with a key of its
 * own for each token, so a record says who asked in either case. Thread-safe.
 */
public final class InboxSignatures {
  /** How old, and how far ahead, a foreign record may be: clocks differ, and queues are short. */
  public static final Duration FRESH = Duration.ofMinutes(10);

  /**
   * How long the front door's own records are taken: they may wait for an admission that was down.
   * As long as idempotency keys are known, so that an old record cannot run again.
   */
  public static final Duration OWN_FRESH = Duration.ofDays(7);

  private static final String OWN = "front-door.";

  private final ServerKey key;
  private final Tokens tokens;
  private final InstantSource clock;

  public InboxSignatures(ServerKey key, Tokens tokens, InstantSource clock) {
    this.key = key;
    this.tokens = tokens;
    this.clock = clock;
  }

  /**
   * A record's signature as its headers carry it.
   *
   * @param key the key's id: a token's, or the front door's own for a token
   * @param time milliseconds since 1970 as text
   * @param signature lower-case hex
   */
  public record Signed(@Nullable String key, @Nullable String time, @Nullable String signature) {}

  /** The front door's signature on a record that it appends for a caller. */
  public Signed sign(Caller caller, String topic, byte[] value) {
    String time = Long.toString(clock.millis());
    byte[] own = ownKey(caller.token());
    return new Signed(OWN + caller.token(), time, signature(own, topic, time, value));
  }

  /** A signature as any producer makes it, with a token's inbox key. */
  static String signature(byte[] key, String topic, String time, byte[] value) {
    return HexFormat.of().formatHex(Macs.hmac(key, Macs.utf8(topic + "\n" + time + "\n"), value));
  }

  /**
   * Who signed the record.
   *
   * @throws ErrandException SIGNATURE_INVALID when nobody did, the key is unknown or revoked, the
   *     bytes are others, or the time is not now
   */
  public Caller check(Signed signed, String topic, byte[] value) {
    if (signed.key() == null || signed.time() == null || signed.signature() == null) {
      throw refused("the record carries no signature (errand-key, errand-time, errand-signature)");
    }
    boolean own = signed.key().startsWith(OWN);
    String id = own ? signed.key().substring(OWN.length()) : signed.key();
    Token token =
        tokens.find(id).orElseThrow(() -> refused("the record's key is unknown or was revoked"));
    byte[] secret = own ? ownKey(id) : HexFormat.of().parseHex(token.inboxKey());
    if (!Macs.same(signature(secret, topic, signed.time(), value), signed.signature())) {
      throw refused("the record's signature is not that of key " + id);
    }
    checkTime(signed.time(), own ? OWN_FRESH : FRESH);
    return token.caller();
  }

  private void checkTime(String time, Duration fresh) {
    Instant then;
    try {
      then = Instant.ofEpochMilli(Long.parseLong(time));
    } catch (NumberFormatException | DateTimeException e) {
      throw refused("errand-time is not milliseconds since 1970");
    }
    Duration age = Duration.between(then, clock.instant());
    if (age.compareTo(fresh) > 0 || age.compareTo(FRESH.negated()) < 0) {
      throw refused("the record was signed at %s, which is not now".formatted(then));
    }
  }

  private byte[] ownKey(String token) {
    return key.derived("errand inbox front door v1 " + token);
  }

  private static ErrandException refused(String why) {
    return new ErrandException(FailureCode.SIGNATURE_INVALID, why);
  }
}
