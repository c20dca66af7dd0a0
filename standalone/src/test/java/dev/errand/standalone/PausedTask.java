package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.UUID;

/** A task whose agent stops in the middle until it is let go on. */
record PausedTask(Deployment errand, String id) {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /**
   * Submits it and returns at once.
   *
   * @param before what the agent does before its pause, a line of bash
   * @param after what it does then
   */
  static PausedTask submit(Deployment errand, String environment, String before, String after) {
    String script =
        "%s; touch /tmp/begun; until [ -e /tmp/go ]; do sleep 0.1; done; %s"
            .formatted(before, after);
    JsonNode task = errand.tasks().submit(UUID.randomUUID().toString(), environment, script);
    return new PausedTask(errand, task.required("id").asText());
  }

  void awaitPause() {
    await("the pause of " + id)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> errand.inBox(id, "test -e /tmp/begun").exitCode() == 0);
  }

  void letGo() {
    errand.letGo(id, "/tmp/go");
  }

  /** Whether it has come to its pause, from which it goes on then, or to its end. */
  boolean letGoIfPaused() {
    return errand.inBox(id, "test -e /tmp/begun && touch /tmp/go").exitCode() == 0
        || !attempt().path("endedAt").isMissingNode();
  }

  /** The only attempt, as it stands. */
  JsonNode attempt() {
    return errand.tasks().task(id).path("attempts").path(0);
  }

  void awaitAttempt(String field, String value) {
    await("%s of %s".formatted(field, id))
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> attempt().at(field).asText().equals(value));
  }

  /** The diff's text once there is one, made by the first run. */
  String awaitDiff() {
    JsonNode ended = errand.awaitEnd(id);
    JsonNode attempt = ended.get("attempts").get(0);
    assertThat(attempt.get("state").asText()).as(ended.toPrettyString()).isEqualTo("presented");
    assertThat(attempt.get("run").asInt()).isOne();
    return errand.tasks().diff(id);
  }
}
