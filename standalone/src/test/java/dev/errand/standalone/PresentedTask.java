package dev.errand.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import dev.errand.artifacts.FileArtifactStore;
import dev.errand.schemas.Event.AttemptEnded;
import dev.errand.schemas.Event.LogArtifact;
import dev.errand.schemas.Event.Outcome;
import dev.errand.schemas.Patch;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.ids.TaskId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A task that no worker has done, as if one had: its end is appended as a worker's would be. */
record PresentedTask(Door door, String id) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A new task of this caller. */
  static PresentedTask of(Door door, String environment) {
    String submission = Door.submission(environment, "true");
    return new PresentedTask(
        door, door.post("/api/v1/tasks", submission).json().path("id").asText());
  }

  /** A setup's log in the store. */
  static LogArtifact log(FileArtifactStore store, String text) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
      zip.write(text.getBytes(UTF_8));
    }
    Digest log = store.put(new ByteArrayInputStream(zipped.toByteArray()));
    return new LogArtifact(new StageName("setup"), log, text.length(), false);
  }

  /** Ends its only attempt with this diff and log, and tells the task's path once it is seen. */
  String with(Patch patch, LogArtifact log) throws Exception {
    RunId run = new TaskId(id).attempt(1).run(1, 1);
    AttemptEnded ended =
        new AttemptEnded(
            run, null, new StageName("diff"), new Outcome.Presented(patch), List.of(log));
    try (Broker broker = new Broker(Door.data())) {
      broker.append(
          new ProducerRecord<>(
              Topic.ATTEMPTS_ENDED.pattern(),
              ended.key().getBytes(UTF_8),
              Broker.WIRE.encode(ended)));
    }
    String path = "/api/v1/tasks/" + id;
    await("the end of " + id)
        .atMost(PATIENCE)
        .until(() -> door.get(path).json().path("state").asText().equals("ready"));
    return path;
  }
}
