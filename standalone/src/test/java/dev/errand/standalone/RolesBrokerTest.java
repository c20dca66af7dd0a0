package dev.errand.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.artifacts.DiskReserve;
import dev.errand.artifacts.FileArtifactStore;
import dev.errand.schemas.Patch;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.standalone.AuthorisationTable.Outcome;
import dev.errand.standalone.AuthorisationTable.Row;
import dev.errand.standalone.AuthorisationTable.Things;
import dev.errand.standalone.AuthorisationTable.Who;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation by everybody: who may do it to what. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RolesBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final byte[] PATCH = "a patch\n".getBytes(UTF_8);

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  /** By column; all of one column are to be told the same. */
  private final Map<Who, List<Door>> callers = new EnumMap<>(Who.class);

  @SuppressWarnings("NullAway.Init")
  private Things things;

  @BeforeAll
  void start() throws Exception {
    repository = ScratchRepository.withReadme();
    Door.applyEnvironment("roles", repository, "members: [member]\n");
    JsonNode revoked = Door.newToken("gone", "admin");
    Door.admin().delete("/api/v1/tokens/" + revoked.path("id").asText());
    Door admin = Door.admin();
    Door unknown = new Door("errand_aaaaaaaaaaaa_" + "0".repeat(64));
    callers.put(Who.NOBODY, List.of(Door.stranger()));
    callers.put(
        Who.WRONG, List.of(new Door(revoked.path("token").asText()), unknown, new Door("none")));
    callers.put(Who.OWNER, List.of(Door.of("owner", "producer")));
    callers.put(Who.MEMBER, List.of(Door.of("member", "producer")));
    callers.put(Who.OTHER, List.of(Door.of("other", "producer")));
    callers.put(Who.OPERATOR, List.of(Door.of("ops", "operator")));
    callers.put(Who.ADMIN, List.of(admin));
    Door owner = caller(Who.OWNER);
    String snapshot = ToldSnapshot.made("roles/rolesroles00", "roles", Duration.ZERO).path();
    things = new Made(admin, owner, presented(owner), poison(admin), snapshot);
  }

  @AfterAll
  void end() {
    repository.delete();
  }

  private Door caller(Who who) {
    return callers.getOrDefault(who, List.of()).getFirst();
  }

  private static String presented(Door owner) throws Exception {
    FileArtifactStore store =
        new FileArtifactStore(Door.data().resolve("artifacts"), DiskReserve.of(Door.data(), 0));
    CommitSha base = new CommitSha("c".repeat(40));
    Patch patch =
        new Patch(base, store.put(new ByteArrayInputStream(PATCH)), PATCH.length, 1, 1, 0, null);
    return PresentedTask.of(owner, "roles").with(patch, PresentedTask.log(store, "a log\n"));
  }

  /** The path of a letter about what somebody signed, and so can be brought back. */
  private static String poison(Door admin) throws Exception {
    String letters = "/api/v1/dead-letters";
    try (Broker broker = new Broker(Door.data())) {
      var place =
          broker.append(Robot.hired("poisoner").signed("no fact".getBytes(UTF_8), Instant.now()));
      String id = place.partition() + "-" + place.offset();
      return await("the dead letter of " + place)
          .atMost(PATIENCE)
          .until(() -> letterOf(admin.get(letters + "?limit=50").json(), id), one -> !one.isEmpty())
          .transform(one -> letters + "/" + one);
    }
  }

  private static String letterOf(JsonNode page, String place) {
    for (JsonNode letter : page.path("items")) {
      if (place.equals(letter.path("partition").asText() + "-" + letter.path("offset").asText())) {
        return letter.path("id").asText();
      }
    }
    return "";
  }

  /** Made by an admin, but for the tasks. */
  private record Made(Door admin, Door owner, String over, String letter, String snapshot)
      implements Things {
    @Override
    public String task() {
      return "/api/v1/tasks/" + PresentedTask.of(owner, "roles").id();
    }

    @Override
    public String ready() {
      try {
        return presented(owner);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public String environment() {
      String path = "/api/v1/environments/edited";
      succeed(admin.put(path, "application/yaml", "repository: https://example.org/r\n"));
      succeed(admin.put(path + "/secrets/TOKEN", "text/plain", "long enough"));
      return path;
    }

    @Override
    public String place() {
      String place = "example.org/team";
      String credential = "{\"user\":\"robot\",\"token\":\"long-enough\"}";
      succeed(admin.put("/api/v1/git-credentials?place=" + place, "application/json", credential));
      return place;
    }

    @Override
    public String token() {
      return "/api/v1/tokens/" + Door.newToken("brief", "producer").path("id").asText();
    }

    private static void succeed(Door.Answer answer) {
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }
  }

  static List<Row> rows() {
    return AuthorisationTable.rows();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everybodyMayDoWhatTheTableSays(Row row) {
    Map<Who, List<Outcome>> due = new EnumMap<>(Who.class);
    Map<Who, List<Outcome>> seen = new EnumMap<>(Who.class);
    callers.forEach(
        (who, doors) -> {
          due.put(who, doors.stream().map(_ -> row.rule().of(who)).toList());
          seen.put(
              who,
              doors.stream()
                  .map(door -> Outcome.of(Door.send(row.request().of(door, things))))
                  .toList());
        });

    assertThat(seen).isEqualTo(due);
  }

  static List<Row> reads() {
    return rows().stream().filter(row -> row.method().equals("GET")).toList();
  }

  /** What only asks for an answer's head is let in by the same rule. */
  @ParameterizedTest
  @MethodSource("reads")
  void nobodyLearnsMoreFromAHead(Row row) {
    callers.forEach(
        (who, doors) ->
            assertThat(doors)
                .allSatisfy(
                    door -> {
                      var request = row.request().of(door, things);
                      request.method("HEAD", BodyPublishers.noBody());
                      int status = Door.status(request);
                      assertThat(row.rule().of(who).fits(status)).as(who + ": " + status).isTrue();
                    }));
  }

  /** However an address is spelled, it is the one that it leads to, or none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "//api/v1/tasks",
        "/api//v1/tasks",
        "/api/./v1/tasks",
        "/codex/../api/v1/tasks",
        "/api/v1/server/../tasks",
        "/%61pi/v1/tasks",
        "/api/v1/tasks/",
        "/api/v1/tasks;a=b",
        "//q/metrics",
        "/q//metrics",
        "/q/./metrics",
        "/q/health/../metrics",
        "/q/%6detrics",
        "/%71/metrics",
        "/q/metrics/",
        "/q/metrics/more",
        "/q/metrics;a=b",
        "/q/%zz",
        "/q"
      })
  void noSpellingLeadsPastTheTable(String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Door.port())) {
      String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(UTF_8));

      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);

      assertThat(answer).containsPattern("^HTTP/1.1 (400|401|404) ");
    }
  }

  /** Another's task is as unknown as one that is not there, down to the last letter. */
  @Test
  void anothersTaskCannotBeToldFromNone() {
    String nowhere = "/api/v1/tasks/01ARZ3NDEKTSV4RRFFQ69G5FAV";
    String task = things.task();

    String theirs = caller(Who.OTHER).get(task).body();
    String none = caller(Who.OTHER).get(nowhere).body();

    assertThat(theirs.replace(id(task), id(nowhere))).isEqualTo(none);
  }

  private static String id(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  @Test
  void aListHoldsWhatItsReaderMaySee() {
    String task = id(things.task());

    String path = "/api/v1/tasks?limit=100";
    assertThat(caller(Who.OWNER).get(path).body()).contains(task);
    assertThat(caller(Who.MEMBER).get(path).body()).contains(task);
    assertThat(caller(Who.OTHER).get(path).body()).doesNotContain(task);
    assertThat(caller(Who.OPERATOR).get(path + "&owner=owner").body()).contains(task);
    assertThat(caller(Who.OTHER).get("/api/v1/tasks?owner=owner").body()).contains("NOT_ALLOWED");
  }
}
