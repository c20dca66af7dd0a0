package dev.errand.ingest.access;

import dev.errand.schemas.Data;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.DeadLettered;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.RecordHeader;
import dev.errand.schemas.wire.Headers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
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
  public record Signed(@Nullable String key, @Nullable String time, @Nullable String signature) {
    /**
     * What a record says of its signature.
     *
     * @param header finds a header by its name
     */
    public static Signed of(Function<String, Optional<String>> header) {
      return new Signed(
          header.apply(Headers.INBOX_KEY).orElse(null),
          header.apply(Headers.INBOX_TIME).orElse(null),
          header.apply(Headers.INBOX_SIGNATURE).orElse(null));
    }

    /** The headers that say it. */
    public List<RecordHeader> headers() {
      Map<String, String> said = new TreeMap<>();
      put(said, Headers.INBOX_KEY, key);
      put(said, Headers.INBOX_TIME, time);
      put(said, Headers.INBOX_SIGNATURE, signature);
      return said.entrySet().stream()
          .map(header -> new RecordHeader(header.getKey(), Data.of(header.getValue())))
          .toList();
    }

    private static void put(Map<String, String> said, String name, @Nullable String value) {
      if (value != null) {
        said.put(name, value);
      }
    }
  }

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
    return check(signed, topic, value, clock.instant());
  }

  /**
   * Who signed a record that was kept at some time: as {@link #check(Signed, String, byte[])} would
   * have said then, but for keys that were revoked since.
   *
   * @throws ErrandException SIGNATURE_INVALID
   */
  public Caller check(Signed signed, String topic, byte[] value, Instant at) {
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
    checkTime(signed.time(), own ? OWN_FRESH : FRESH, at);
    return token.caller();
  }

  /**
   * A record of the inbox that became a dead letter, signed by the front door for whoever signed it
   * then: a replay is late by its nature.
   *
   * @param kept when it became one
   * @throws ErrandException SIGNATURE_INVALID when it would not have been taken then either
   */
  public DeadLettered renewed(DeadLettered letter, Instant kept) {
    Map<String, String> texts = new HashMap<>();
    letter.headers().forEach(header -> texts.put(header.name(), header.value().text()));
    Signed signed = Signed.of(name -> Optional.ofNullable(texts.get(name)));
    byte[] value = letter.value().toBytes();
    Signed renewed = sign(check(signed, letter.topic(), value, kept), letter.topic(), value);
    List<RecordHeader> headers = new ArrayList<>(letter.headers());
    headers.removeIf(header -> header.name().startsWith("errand-"));
    headers.addAll(renewed.headers());
    return new DeadLettered(
        letter.topic(),
        letter.partition(),
        letter.offset(),
        letter.stage(),
        letter.originalKey(),
        letter.value(),
        headers,
        letter.cause());
  }

  private static void checkTime(String time, Duration fresh, Instant now) {
    Instant then;
    try {
      then = Instant.ofEpochMilli(Long.parseLong(time));
    } catch (NumberFormatException | DateTimeException e) {
      throw refused("errand-time is not milliseconds since 1970");
    }
    Duration age = Duration.between(then, now);
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
