package dev.errand.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class CacheTest {
  private static final String LIST = "GET /api/v1/snapshots";
  private static final String ENVIRONMENT = "GET /api/v1/environments/web";
  private static final String WEB = "{\"id\":\"web\",\"version\":2,\"generation\":1}";
  private static final String ONE = "0123456789ab";
  private static final String TWO = "ba9876543210";

  @TempDir private Path folder;
  private final FakeServer server = new FakeServer();

  @AfterEach
  void close() {
    server.close();
  }

  /** At midnight of a new year. */
  private Errand errand() {
    return new Errand(folder, server).withQuickPauses();
  }

  private static String snapshot(String node, String id, int uses, String reason) {
    return """
        {"node":"%s","id":"%s","environment":"web","fingerprint":"%s",\
        "ingredients":{"setup script":"fedcba9876543210","image":"0123456789abcdef"},\
        "head":"%s","bytes":566231040,"createdAt":"2025-12-31T22:00:00Z",\
        "expiresAt":"2026-01-01T10:00:00Z","usedAt":"2025-12-31T23:55:00Z","uses":%d,\
        "valid":%s,"reason":"%s","changedAt":"2025-12-31T23:00:00Z"}"""
        .formatted(node, id, "f".repeat(64), "c".repeat(40), uses, reason.isEmpty(), reason);
  }

  private static String page(String... snapshots) {
    return "{\"items\":[" + String.join(",", snapshots) + "],\"cursor\":null}";
  }

  @Test
  void theListHasWhatServesNow() {
    server.json(LIST, 200, page(snapshot("here", ONE, 3, ""), snapshot("other", TWO, 0, "")));

    Errand.Outcome outcome = errand().run("cache", "list");

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out())
        .isEqualTo(
            """
            SNAPSHOT      ENVIRONMENT  NODE   AGE  USED     SIZE     STATE
            0123456789ab  web          here   2 h  3 times  540 MiB  valid
            ba9876543210  web          other  2 h  never    540 MiB  valid
            """);
    assertThat(server.lines()).containsExactly(LIST + "?limit=100&valid=true");
  }

  @Test
  void theListIsNarrowedAndSaysWhatIsOver() {
    server
        .json(ENVIRONMENT, 200, WEB)
        .json(LIST, 200, page(snapshot("here", ONE, 1, "its disk was \\u001b[2Jremoved")));

    Errand.Outcome outcome = errand().run("cache", "list", "--env=web", "--node=here", "--all");

    assertThat(outcome.out()).contains("  once  ").endsWith("  its disk was removed\n");
    assertThat(server.last().line()).isEqualTo(LIST + "?limit=100&environment=web&node=here");
  }

  @Test
  void theListIsAllPages() {
    server.on(
        LIST,
        request -> {
          boolean first = !request.line().contains("cursor");
          String body =
              first
                  ? page(snapshot("here", ONE, 0, "")).replace("null}", "\"1-a/b\"}")
                  : page(snapshot("here", TWO, 0, ""));
          FakeServer.respond(request, 200, "application/json", body);
        });

    Errand.Outcome outcome = errand().run("cache", "list", "--json");

    assertThat(outcome.out())
        .isEqualTo(
            "{\"items\":[%s,%s]}\n"
                .formatted(snapshot("here", ONE, 0, ""), snapshot("here", TWO, 0, "")));
    assertThat(server.last().line()).contains("cursor=1-a%2Fb");
  }

  @Test
  void anEmptyListSaysWhereThereIsMore() {
    server.json(LIST, 200, page());

    Errand.Outcome valid = errand().run("cache", "list");
    Errand.Outcome all = errand().run("cache", "list", "--all");

    assertThat(valid.out()).isEmpty();
    assertThat(valid.err()).contains("add --all");
    assertThat(all.err()).contains("the next run prepares").doesNotContain("--all");
  }

  @Test
  void oneIsShownWithWhatItIsMadeOf() {
    server.json(LIST + "/here/" + ONE, 200, snapshot("here", ONE, 3, ""));

    Errand.Outcome outcome = errand().run("cache", "show", "here/" + ONE);

    assertThat(outcome.out())
        .isEqualTo(
            """
            VALID
              snapshot     0123456789ab
              node         here
              environment  web
              commit       cccccccccccccccccccccccccccccccccccccccc
              size         540 MiB
              created      2025-12-31T22:00:00Z, 2 h ago
              expires      2026-01-01T10:00:00Z
              used         3 times, last 2025-12-31T23:55:00Z, 5 min ago
              changed      2025-12-31T23:00:00Z, 60 min ago
              fingerprint  %s
              made of, each by its digest:
                image               0123456789abcdef
                setup script        fedcba9876543210
            """
                .formatted("f".repeat(64)));
  }

  @Test
  void oneIsFoundOnWhicheverNodeHasIt() {
    String over = snapshot("here", ONE, 0, "it was older than 12 hours");
    server.json(LIST, 200, page(snapshot("here", TWO, 0, ""), over));

    assertThat(errand().run("cache", "show", ONE).out())
        .startsWith("OVER: it was older than 12 hours\n  snapshot     0123456789ab\n")
        .contains("  used         never\n");
    assertThat(errand().run("cache", "show", "--json", ONE).out()).isEqualTo(over + "\n");
  }

  @Test
  void oneThatSeveralNodesHaveIsNotGuessed() {
    server.json(LIST, 200, page(snapshot("here", ONE, 0, ""), snapshot("other", ONE, 0, "")));

    Errand.Outcome outcome = errand().run("cache", "show", ONE);

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err())
        .contains("2 nodes have a snapshot '0123456789ab'")
        .contains("here/0123456789ab, other/0123456789ab");
  }

  @Test
  void oneThatIsNotThereIsSaidWithItsRemedy() {
    server
        .json(LIST, 200, page())
        .problem(
            LIST + "/here/" + ONE,
            404,
            "{\"code\":\"SNAPSHOT_UNKNOWN\",\"detail\":\"there is none\",\"hint\":\"look\"}");

    Errand.Outcome anywhere = errand().run("cache", "show", ONE);
    Errand.Outcome here = errand().run("cache", "show", "here/" + ONE);

    assertThat(anywhere.exit()).isEqualTo(3);
    assertThat(anywhere.err()).contains("errand cache list --all");
    assertThat(here.exit()).isEqualTo(3);
    assertThat(here.err()).contains("there is none (SNAPSHOT_UNKNOWN)").contains("look");
  }

  @ParameterizedTest
  @ValueSource(strings = {"web", "0123456789abc", "here/", "/0123456789ab", "a/b/0123456789ab"})
  void whatIsNoSnapshotAsksNobody(String name) {
    Errand.Outcome outcome = errand().run("cache", "show", name);

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).contains("is no snapshot").contains("errand cache list");
    assertThat(server.requests).isEmpty();
  }

  @Test
  void aResetRaisesTheGenerationAndSaysWhatThatMeans() {
    server
        .json(ENVIRONMENT, 200, WEB)
        .json(
            "POST /api/v1/environments/web/reset",
            200,
            "{\"id\":\"web\",\"version\":3,\"generation\":2}");

    Errand.Outcome outcome = errand().run("cache", "reset", "web");

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out())
        .isEqualTo(
            "web: generation 2; no snapshot of an earlier one serves,"
                + " the next run prepares anew\n");
    assertThat(errand().run("cache", "reset", "web", "--json").out())
        .isEqualTo("{\"id\":\"web\",\"version\":3,\"generation\":2}\n");
  }

  @Test
  void whoMayNotIsToldSo() {
    server.problem(LIST, 403, "{\"code\":\"NOT_ALLOWED\",\"detail\":\"needs the role operator\"}");

    Errand.Outcome outcome = errand().run("cache", "list");

    assertThat(outcome.exit()).isEqualTo(4);
    assertThat(outcome.err()).contains("needs the role operator");
  }

  @Test
  void anEnvironmentsDocumentSaysWhatIsPreparedForIt() {
    server
        .json(ENVIRONMENT, 200, WEB)
        .json(LIST, 200, page(snapshot("here", ONE, 3, ""), snapshot("other", TWO, 0, "")));

    Errand.Outcome outcome = errand().run("env", "get", "web");

    assertThat(outcome.out())
        .isEqualTo(
            """
            # version 2, generation 1
            # prepared: 0123456789ab on here, 2 h old, used 3 times
            # prepared: ba9876543210 on other, 2 h old, never used
            id: "web"
            """);
    assertThat(server.last().line()).isEqualTo(LIST + "?limit=100&environment=web&valid=true");
    assertThat(errand().run("env", "get", "--json", "web").out()).isEqualTo(WEB + "\n");
  }

  @Test
  void anEnvironmentsDocumentIsThereForAProducerToo() {
    server
        .json(ENVIRONMENT, 200, WEB)
        .problem(LIST, 403, "{\"code\":\"NOT_ALLOWED\",\"detail\":\"needs the role operator\"}");

    Errand.Outcome outcome = errand().run("env", "get", "web");

    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out()).isEqualTo("# version 2, generation 1\nid: \"web\"\n");
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void anEnvironmentsDocumentWithoutItsAnswerIsAFailureAndNotHalfADocument() {
    server
        .json(ENVIRONMENT, 200, WEB)
        .problem(LIST, 503, "{\"code\":\"BROKER_UNAVAILABLE\",\"detail\":\"it is away\"}");

    Errand.Outcome outcome = errand().run("env", "get", "web");

    assertThat(outcome.exit()).isEqualTo(6);
    assertThat(outcome.out()).isEmpty();
  }
}
