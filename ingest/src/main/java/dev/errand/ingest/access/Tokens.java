package dev.errand.ingest.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.Owner;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All tokens of an installation: a file for the server only. A token's text is {@code
 * errand_<id>_<secret>}; it is told once, when it is made. Thread-safe.
 */
public final class Tokens {
  /** More is a mistake, not an organisation: each check stays a look-up. */
  static final int MAX_TOKENS = 10_000;

  private static final Pattern TEXT = Pattern.compile("errand_([a-z2-7]{12})_([0-9a-f]{64})");
  private static final String ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int ID_CHARACTERS = 12;
  private static final int SECRET_BYTES = 32;
  private static final Owner FIRST_OWNER = new Owner("admin");
  private static final byte[] INBOX_LABEL = Macs.utf8("errand inbox v1");

  private final PrivateFile file;
  private final PrivateFile own;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final ObjectMapper json = new ObjectMapper();
  private final Map<String, Token> byId = new ConcurrentSkipListMap<>();

  private Tokens(PrivateFile file, PrivateFile own, InstantSource clock) {
    this.file = file;
    this.own = own;
    this.clock = clock;
  }

  /**
   * A token that was just made: the only time that its text is known.
   *
   * @param inboxKey in hex
   */
  public record Issued(String id, String token, String inboxKey) {
    /** Without what is secret. */
    @Override
    public String toString() {
      return "Issued[%s]".formatted(id);
    }
  }

  /** As it lies in the file. */
  private record Stored(
      String id, String owner, Role role, String sha256, String inboxKey, String createdAt) {}

  /**
   * Reads the file; at the first start makes it, with one admin whose token goes into a file of its
   * own, from which the command finds it.
   */
  public static Tokens open(Path tokensFile, Path adminTokenFile, InstantSource clock) {
    Tokens tokens = new Tokens(new PrivateFile(tokensFile), new PrivateFile(adminTokenFile), clock);
    if (tokens.file.exists()) {
      tokens.load();
    } else {
      Issued admin = tokens.issue(FIRST_OWNER, Role.ADMIN);
      tokens.own.write(admin.token() + "\n");
    }
    return tokens;
  }

  /**
   * The tokens as another process has written them until now; none without a file. To be asked, and
   * neither to make nor to revoke any.
   */
  public static Tokens written(Path tokensFile) {
    PrivateFile file = new PrivateFile(tokensFile);
    Tokens tokens = new Tokens(file, file, InstantSource.system());
    if (file.exists()) {
      tokens.load();
    }
    return tokens;
  }

  private void load() {
    try {
      for (Stored s : json.readValue(file.read(), new TypeReference<List<Stored>>() {})) {
        Owner owner = new Owner(s.owner());
        Instant createdAt = Instant.parse(s.createdAt());
        byId.put(s.id(), new Token(s.id(), owner, s.role(), s.sha256(), s.inboxKey(), createdAt));
      }
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("%s is damaged".formatted(file.path()), e);
    }
  }

  private void save() {
    List<Stored> stored =
        byId.values().stream()
            .map(
                t ->
                    new Stored(
                        t.id(),
                        t.owner().value(),
                        t.role(),
                        t.sha256(),
                        t.inboxKey(),
                        t.createdAt().toString()))
            .toList();
    try {
      file.write(json.writeValueAsString(stored));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts can be written as JSON", e);
    }
  }

  /**
   * Makes a token; it is durable when this returns.
   *
   * @throws ErrandException QUEUE_FULL at {@link #MAX_TOKENS}
   */
  public synchronized Issued issue(Owner owner, Role role) {
    if (byId.size() >= MAX_TOKENS) {
      throw new ErrandException(
          FailureCode.QUEUE_FULL, "there are %d tokens; revoke some".formatted(MAX_TOKENS));
    }
    String id = newId();
    byte[] secretBytes = new byte[SECRET_BYTES];
    random.nextBytes(secretBytes);
    String secret = HexFormat.of().formatHex(secretBytes);
    String text = "errand_%s_%s".formatted(id, secret);
    String inboxKey = inboxKeyOf(secret);
    byId.put(id, new Token(id, owner, role, Macs.sha256(text), inboxKey, clock.instant()));
    save();
    return new Issued(id, text, inboxKey);
  }

  /** What signs a token's inbox records; whoever holds the token can compute it. */
  static String inboxKeyOf(String secret) {
    return HexFormat.of().formatHex(Macs.hmac(Macs.utf8(secret), INBOX_LABEL));
  }

  private String newId() {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < ID_CHARACTERS; i++) {
      id.append(ID_ALPHABET.charAt(random.nextInt(ID_ALPHABET.length())));
    }
    return id.toString();
  }

  /** Whose token this is; empty when it is none of ours, or was revoked. */
  public Optional<Caller> authenticate(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return find(matcher.group(1))
        .filter(token -> Macs.same(token.sha256(), Macs.sha256(text)))
        .map(Token::caller);
  }

  /** The token with this id, unless it was revoked. */
  public Optional<Token> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  public Collection<Token> all() {
    return List.copyOf(byId.values());
  }

  /**
   * Ends a token's validity, durable when this returns.
   *
   * @return whether there was one
   * @throws ErrandException REQUEST_INVALID for the last admin's: nobody could make another; and
   *     for the one that the command on this machine finds in its file, and knows no other
   */
  public synchronized boolean revoke(String id) {
    Token token = byId.get(id);
    if (token == null) {
      return false;
    }
    long admins = byId.values().stream().filter(t -> t.role() == Role.ADMIN).count();
    if (token.role() == Role.ADMIN && admins == 1) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID,
          "this is the last admin's token; make another one before revoking it");
    }
    if (isOwn(id)) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID,
          "this is the token that the command uses on the server's machine; write another admin's"
              + " token into %s before revoking it".formatted(own.path()));
    }
    byId.remove(id);
    save();
    return true;
  }

  private boolean isOwn(String id) {
    if (!own.exists()) {
      return false;
    }
    Matcher matcher = TEXT.matcher(own.read().strip());
    return matcher.matches() && matcher.group(1).equals(id);
  }
}
