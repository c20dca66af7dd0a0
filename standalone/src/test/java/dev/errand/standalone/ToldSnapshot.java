package dev.errand.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.cache.Ingredients;
import dev.errand.schemas.Event.SnapshotChanged;
import dev.errand.schemas.SnapshotChange;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A snapshot that no node has, as if one had: its facts are appended as that node's would be.
 *
 * @param createdAt in whole milliseconds, as facts tell times
 */
record ToldSnapshot(NodeName node, BoxId box, EnvironmentId environment, Instant createdAt) {
  static final RunId RUN = new TaskId("01ARZ3NDEKTSV4RRFFQ69G5FAV").attempt(1).run(1, 1);
  static final CommitSha HEAD = new CommitSha("c".repeat(40));
  static final Ingredients INGREDIENTS =
      Ingredients.of(Map.of("image", "0123456789abcdef", "setup script", "fedcba9876543210"));
  static final long BYTES = 5_000_000_000L; // more than an int holds

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** One that is this old and known to the front door. */
  static ToldSnapshot made(String name, String environment, Duration age) throws Exception {
    String[] parts = name.split("/", -1);
    ToldSnapshot snapshot =
        new ToldSnapshot(
            new NodeName(parts[0]),
            new BoxId(parts[1]),
            new EnvironmentId(environment),
            Instant.now().minus(age).truncatedTo(ChronoUnit.MILLIS));
    snapshot.tell(
        snapshot.createdAt(), new SnapshotChange.Created(INGREDIENTS.parts(), HEAD, BYTES, RUN));
    var _ = snapshot.seen(json -> json.has("id"));
    return snapshot;
  }

  void tell(Instant at, SnapshotChange change) throws Exception {
    var fact = new SnapshotChanged(node, box, environment, INGREDIENTS.fingerprint(), at, change);
    try (Broker broker = new Broker(Door.data())) {
      broker.append(
          new ProducerRecord<>(
              Topic.SNAPSHOTS.pattern(), fact.key().getBytes(UTF_8), Broker.WIRE.encode(fact)));
    }
  }

  String path() {
    return "/api/v1/snapshots/" + node + "/" + box;
  }

  /** What the front door says of it, once that is so. */
  JsonNode seen(Predicate<JsonNode> so) {
    return await(path()).atMost(PATIENCE).until(() -> Door.admin().get(path()).json(), so);
  }
}
