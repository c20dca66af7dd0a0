package dev.errand.ingest.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.schemas.Data;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.DeadLettered;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.StageName;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
  private static final String TOPIC = "tasks.requested";
  private static final byte[] VALUE = "a record".getBytes(StandardCharsets.UTF_8);
  private static final Owner ANN = new Owner("ann");

  @TempDir Path folder;
  private Instant now = Instant.parse("2026-01-01T12:00:00Z");
  private final InstantSource clock = () -> now;
  private Tokens tokens;
  private ServerKey key;

  @BeforeEach
  void open() {
    tokens = reopened();
    key = ServerKey.open(folder.resolve("server/inbox.key"));
  }

  private Tokens reopened() {
    return Tokens.open(folder.resolve("server/tokens.json"), folder.resolve("token"), clock);
  }

  @Test
  void makesAnAdminWhoseTokenOnlyTheFilesOwnerCanRead() throws Exception {
    String text = Files.readString(folder.resolve("token")).strip();

    assertThat(tokens.authenticate(text).orElseThrow().role()).isEqualTo(Role.ADMIN);
    for (String file : new String[] {"token", "server/tokens.json", "server/inbox.key"}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file))))
          .isEqualTo("rw-------");
    }
    assertThat(Files.readString(folder.resolve("server/tokens.json")))
        .doesNotContain(text.substring(text.lastIndexOf('_') + 1));
  }

  @Test
  void knowsItsTokensAfterARestart() {
    Tokens.Issued issued = tokens.issue(ANN, Role.PRODUCER);

    Caller caller = reopened().authenticate(issued.token()).orElseThrow();

    assertThat(caller).isEqualTo(new Caller(ANN, Role.PRODUCER, issued.id()));
    assertThat(folder.resolve("server")).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void refusesWhatIsNoTokenOrWasRevoked() {
    Tokens.Issued issued = tokens.issue(ANN, Role.PRODUCER);
    String altered = issued.token().substring(0, issued.token().length() - 1);
    char last = issued.token().charAt(issued.token().length() - 1);

    assertThat(tokens.authenticate("")).isEmpty();
    assertThat(tokens.authenticate(altered)).isEmpty();
    assertThat(tokens.authenticate(altered + (last == '0' ? '1' : '0'))).isEmpty();
    assertThat(tokens.revoke(issued.id())).isTrue();
    assertThat(tokens.revoke(issued.id())).isFalse();
    assertThat(tokens.authenticate(issued.token())).isEmpty();
    assertThat(reopened().authenticate(issued.token())).isEmpty();
  }

  @Test
  void keepsTheLastAdmin() {
    String admin = tokens.all().iterator().next().id();

    assertThatThrownBy(() -> tokens.revoke(admin)).isInstanceOf(ErrandException.class);
    assertThat(tokens.find(admin)).isPresent();
  }

  @Test
  void keepsTheOneThatTheCommandUses() throws Exception {
    String own = tokens.all().iterator().next().id();
    Tokens.Issued other = tokens.issue(ANN, Role.ADMIN);

    assertThatThrownBy(() -> tokens.revoke(own))
        .isInstanceOf(ErrandException.class)
        .hasMessageContaining(folder.resolve("token").toString());

    Files.writeString(folder.resolve("token"), other.token());
    assertThat(tokens.revoke(own)).isTrue();
  }

  @Test
  void namesItsFileWhenThatIsDamaged() throws Exception {
    Files.writeString(folder.resolve("server/tokens.json"), "{");

    assertThatThrownBy(this::reopened)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("tokens.json is damaged");
  }

  @Test
  void endsSessionsWithTimeOrToken() {
    Sessions sessions = new Sessions(key, tokens, clock);
    Tokens.Issued issued = tokens.issue(ANN, Role.PRODUCER);
    Caller caller = tokens.authenticate(issued.token()).orElseThrow();
    String session = sessions.begin(caller);

    assertThat(sessions.find(session)).contains(caller);
    assertThat(sessions.find(session.replaceFirst("\\.1", ".2"))).isEmpty();
    now = now.plus(Sessions.LIFE).plusSeconds(1);
    assertThat(sessions.find(session)).isEmpty();
    now = now.minus(Duration.ofHours(1));
    tokens.revoke(issued.id());
    assertThat(sessions.find(session)).isEmpty();
  }

  @Test
  void takesWhatATokensHolderSigned() {
    Tokens.Issued issued = tokens.issue(ANN, Role.PRODUCER);
    InboxSignatures signatures = new InboxSignatures(key, tokens, clock);

    Caller caller = signatures.check(foreign(issued, now), TOPIC, VALUE);

    assertThat(caller.owner()).isEqualTo(ANN);
  }

  private static InboxSignatures.Signed foreign(Tokens.Issued issued, Instant at) {
    // As the manual says: HMAC-SHA256(secret, "errand inbox v1"), from the token's own text.
    String inboxKey = Tokens.inboxKeyOf(issued.token().substring(20));
    assertThat(inboxKey).isEqualTo(issued.inboxKey());
    String time = Long.toString(at.toEpochMilli());
    byte[] bytes = HexFormat.of().parseHex(inboxKey);
    return new InboxSignatures.Signed(
        issued.id(), time, InboxSignatures.signature(bytes, TOPIC, time, VALUE));
  }

  @Test
  void refusesWhatWasAlteredOrIsOldOrUnsigned() {
    Tokens.Issued issued = tokens.issue(ANN, Role.PRODUCER);
    InboxSignatures.Signed good = foreign(issued, now);
    var tooOld = foreign(issued, now.minus(InboxSignatures.FRESH).minusSeconds(1));
    var tooEarly = foreign(issued, now.plus(InboxSignatures.FRESH).plusSeconds(1));

    assertRefused(good, TOPIC, new byte[] {1});
    assertRefused(good, "tasks.admitted", VALUE);
    assertRefused(tooOld, TOPIC, VALUE);
    assertRefused(tooEarly, TOPIC, VALUE);
    assertRefused(new InboxSignatures.Signed(null, null, null), TOPIC, VALUE);
    assertRefused(
        new InboxSignatures.Signed("aaaaaaaaaaaa", good.time(), good.signature()), TOPIC, VALUE);
    assertRefused(
        new InboxSignatures.Signed("front-door." + good.key(), good.time(), good.signature()),
        TOPIC,
        VALUE);
    tokens.revoke(issued.id());
    assertRefused(good, TOPIC, VALUE);
  }

  private void assertRefused(InboxSignatures.Signed signed, String topic, byte[] value) {
    InboxSignatures signatures = new InboxSignatures(key, tokens, clock);
    assertThatThrownBy(() -> signatures.check(signed, topic, value))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> assertThat(e.code()).isEqualTo(FailureCode.SIGNATURE_INVALID));
  }

  /** A replay comes days later; what counts is what the signature was when the letter was kept. */
  @Test
  void signsADeadLetterAnewForWhoeverSignedIt() {
    Tokens.Issued issued = tokens.issue(ANN, Role.PRODUCER);
    InboxSignatures signatures = new InboxSignatures(key, tokens, clock);
    Instant kept = now;
    DeadLettered letter =
        new DeadLettered(
            TOPIC,
            1,
            2,
            new StageName("admit"),
            null,
            Data.of(VALUE),
            foreign(issued, now).headers(),
            Failure.of(FailureCode.POISON, "no fact"));
    now = now.plus(Duration.ofDays(30));

    DeadLettered renewed = signatures.renewed(letter, kept);

    Map<String, String> headers = new HashMap<>();
    renewed.headers().forEach(header -> headers.put(header.name(), header.value().text()));
    var signed = InboxSignatures.Signed.of(name -> Optional.ofNullable(headers.get(name)));
    assertThat(signatures.check(signed, TOPIC, VALUE).owner()).isEqualTo(ANN);
    assertThat(renewed.value()).isEqualTo(letter.value());
    assertThatThrownBy(() -> signatures.renewed(letter, kept.plus(Duration.ofMinutes(11))))
        .isInstanceOf(ErrandException.class);
    tokens.revoke(issued.id());
    assertThatThrownBy(() -> signatures.renewed(letter, kept)).isInstanceOf(ErrandException.class);
  }

  @Test
  void takesTheFrontDoorsOwnRecordsAfterAnOutage() {
    Tokens.Issued issued = tokens.issue(ANN, Role.OPERATOR);
    Caller caller = tokens.authenticate(issued.token()).orElseThrow();
    var signed = new InboxSignatures(key, tokens, clock).sign(caller, TOPIC, VALUE);
    now = now.plus(Duration.ofDays(3));
    ServerKey reopened = ServerKey.open(folder.resolve("server/inbox.key"));

    Caller checked = new InboxSignatures(reopened, reopened(), clock).check(signed, TOPIC, VALUE);

    assertThat(checked).isEqualTo(caller);
    now = now.plus(Duration.ofDays(5));
    assertRefused(signed, TOPIC, VALUE);
  }
}
