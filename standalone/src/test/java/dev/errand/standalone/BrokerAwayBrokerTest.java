package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** While the broker is away the server says so, answers what it knows, and keeps nobody waiting. */
@QuarkusTest
@QuarkusTestResource(value = BrokerApart.class, restrictToAnnotatedClass = true)
class BrokerAwayBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Map<String, String> KEY = Map.of("Idempotency-Key", "during-the-outage");

  @Test
  void readinessAndWritesFollowTheBroker() {
    ScratchRepository repository = ScratchRepository.withReadme();
    Path data = Door.data();
    try {
      Door admin = Door.admin();
      Door stranger = Door.stranger();
      await().atMost(PATIENCE).until(() -> ready(stranger) == 200);
      Door.applyEnvironment("outage", repository);
      String before =
          admin.post("/api/v1/tasks", Door.submission("outage", "true")).json().path("id").asText();

      BrokerApart.kill(data);

      Door.Answer early = admin.post("/api/v1/tasks", Door.submission("outage", "false"), KEY);
      assertThat(early.status()).as(early.body()).isEqualTo(503);
      assertThat(early.json().path("code").asText()).isEqualTo("BROKER_UNAVAILABLE");
      assertThat(early.header("Retry-After")).isEqualTo("5");
      // What stands on the broker may be missing first: a view's session is the shorter one.
      await().atMost(PATIENCE).until(() -> readiness(stranger).contains("broker"));
      assertThat(ready(stranger)).isEqualTo(503);
      assertThat(stranger.get("/q/health/live").status()).isEqualTo(200);
      assertThat(stranger.get("/api/v1/server").json().path("missing").toString())
          .contains("broker");
      assertThat(admin.get("/api/v1/tasks/" + before).status()).isEqualTo(200);
      Door.Answer late = admin.post("/api/v1/tasks", Door.submission("outage", "false"), KEY);
      assertThat(late.json().path("code").asText()).isEqualTo("BROKER_UNAVAILABLE");

      BrokerApart.launch(data, setting("port"), setting("controller-port"));

      await().atMost(PATIENCE).until(() -> ready(stranger) == 200);
      Door.Answer after = admin.post("/api/v1/tasks", Door.submission("outage", "false"), KEY);
      assertThat(after.status()).as(after.body()).isEqualTo(201);
      assertThat(admin.get("/api/v1/tasks").json().path("items")).hasSize(2);
    } finally {
      repository.delete();
    }
  }

  private static int ready(Door door) {
    return door.get("/q/health/ready").status();
  }

  private static String readiness(Door door) {
    return door.get("/q/health/ready").body();
  }

  private static String setting(String name) {
    return ConfigProvider.getConfig().getValue("errand.server.kafka." + name, String.class);
  }
}
