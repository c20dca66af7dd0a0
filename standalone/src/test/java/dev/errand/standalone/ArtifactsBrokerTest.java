package dev.errand.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.artifacts.DiskReserve;
import dev.errand.artifacts.FileArtifactStore;
import dev.errand.schemas.Patch;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Digest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a task left is given out byte for byte, and as nothing but text. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArtifactsBrokerTest {
  private static final CommitSha BASE = new CommitSha("c".repeat(40));

  /** A page as a patch: what a browser must not run. */
  private static final String PATCH = "<html><script>alert(1)</script></html>\n\0\u00e9\n";

  private static final String LOG = "<script>alert(2)</script>\n";

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @SuppressWarnings("NullAway.Init")
  private FileArtifactStore store;

  @SuppressWarnings("NullAway.Init")
  private Door admin;

  @BeforeAll
  void start() throws IOException {
    admin = Door.admin();
    store = new FileArtifactStore(Door.data().resolve("artifacts"), DiskReserve.of(Door.data(), 0));
    repository = ScratchRepository.withReadme();
    Door.applyEnvironment("artifacts", repository);
  }

  @AfterAll
  void end() {
    repository.delete();
  }

  /** A task whose only attempt has ended with this diff and the log of its setup. */
  private String presented(Digest patch, long bytes) throws Exception {
    return PresentedTask.of(admin, "artifacts")
        .with(new Patch(BASE, patch, bytes, 1, 2, 0, null), PresentedTask.log(store, LOG));
  }

  @Test
  void aDiffComesByteForByteAsTextInASandbox() throws Exception {
    byte[] bytes = PATCH.getBytes(UTF_8);
    String task = presented(store.put(new ByteArrayInputStream(bytes)), bytes.length);

    Door.Answer diff = admin.get(task + "/diff");
    Door.Answer log = admin.get(task + "/logs");

    assertThat(diff.body()).isEqualTo(PATCH);
    assertThat(diff.header("Errand-Base-Commit")).isEqualTo(BASE.value());
    assertThat(diff.header("Errand-Attempt")).isEqualTo("1");
    assertThat(diff.header("Content-Length")).isEqualTo(Integer.toString(bytes.length));
    assertThat(log.body()).isEqualTo(LOG);
    for (Door.Answer answer : List.of(diff, log)) {
      assertThat(answer.header("Content-Type")).isEqualTo("text/plain;charset=utf-8");
      assertThat(answer.response().headers().allValues("X-Content-Type-Options"))
          .containsExactly("nosniff");
      assertThat(answer.response().headers().allValues("Content-Security-Policy"))
          .anySatisfy(policy -> assertThat(policy).contains("sandbox", "default-src 'none'"));
    }
    JsonNode json = admin.get(task).json();
    assertThat(json.path("best").asInt()).isEqualTo(1);
    assertThat(json.at("/attempts/0/patch/bytes").asInt()).isEqualTo(bytes.length);
  }

  @Test
  void aDiffThatTheStoreHasLostIsNamedSo() throws Exception {
    String task = presented(new Digest("d".repeat(64)), 5);

    Door.Answer diff = admin.get(task + "/diff");

    assertThat(diff.status()).isEqualTo(503);
    assertThat(diff.json().path("code").asText()).isEqualTo("ARTIFACT_MISSING");
  }

  @Test
  void anAttemptThatThereIsNotHasNoDiffAndNoLog() throws Exception {
    String task = presented(new Digest("d".repeat(64)), 5);

    for (String part : List.of("/diff", "/logs")) {
      Door.Answer none = admin.get(task + part + "?attempt=2");
      assertThat(none.status()).isEqualTo(404);
      assertThat(none.json().path("code").asText()).isEqualTo("NOT_FOUND");

      Door.Answer zero = admin.get(task + part + "?attempt=0");
      assertThat(zero.json().path("code").asText()).isEqualTo("REQUEST_INVALID");
    }
  }
}
