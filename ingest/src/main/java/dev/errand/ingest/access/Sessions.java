package dev.errand.ingest.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a browser holds after a login: the token's id and an end, sealed by the server, so that the
 * token itself does not lie in the browser. Revoking the token ends its sessions. Thread-safe.
 */
public final class Sessions {
  /** A working day. */
  public static final Duration LIFE = Duration.ofHours(12);

  private static final Pattern TEXT =
      Pattern.compile("([a-z2-7]{12})\\.([0-9]{10,12})\\.([0-9a-f]{64})");

  private final byte[] key;
  private final Tokens tokens;
  private final InstantSource clock;

  public Sessions(ServerKey key, Tokens tokens, InstantSource clock) {
    this.key = key.derived("errand session v1");
    this.tokens = tokens;
    this.clock = clock;
  }

  /** A new session's text. */
  public String begin(Caller caller) {
    String claim = caller.token() + "." + clock.instant().plus(LIFE).getEpochSecond();
    return claim + "." + seal(claim);
  }

  /** Whose session this is; empty when it is over, forged, or its token was revoked. */
  public Optional<Caller> find(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String claim = matcher.group(1) + "." + matcher.group(2);
    Instant end = Instant.ofEpochSecond(Long.parseLong(matcher.group(2)));
    if (!Macs.same(seal(claim), matcher.group(3)) || clock.instant().isAfter(end)) {
      return Optional.empty();
    }
    return tokens.find(matcher.group(1)).map(Token::caller);
  }

  private String seal(String claim) {
    return HexFormat.of().formatHex(Macs.hmac(key, Macs.utf8(claim)));
  }
}
