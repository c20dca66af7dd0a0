package dev.errand.ingest;

import dev.errand.ingest.access.Operation;
import dev.errand.ingest.tasks.TaskJson;
import dev.errand.views.NodeView;
import dev.errand.views.QueueView;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** How the server and its nodes are. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
public class ServerResource {
  /** Four heartbeats missed: nothing is decided by it, but somebody may want to look. */
  private static final Duration SILENCE = Duration.ofSeconds(20);

  private static final String NOBODY_DRAWS =
      "no node is alive, so nothing that waits will start; start a node, or look at its log";

  private final FrontDoor door;
  private final Visitor visitor;
  private final String version;

  @Inject
  ServerResource(
      FrontDoor door,
      Visitor visitor,
      @ConfigProperty(name = "quarkus.application.version", defaultValue = "unknown")
          String version) {
    this.door = door;
    this.visitor = visitor;
    this.version = version;
  }

  /** Open to everybody: whether tasks are taken. */
  @GET
  @Path("server")
  public Map<String, Object> server() {
    List<String> missing = door.missing();
    return Map.of("version", version, "ready", missing.isEmpty(), "missing", missing);
  }

  /** What every node last said of itself. */
  @GET
  @Path("nodes")
  public Map<String, Object> nodes() {
    visitor.require(Operation.READ_NODES);
    return Map.of(
        "items", door.services().parts().views().nodes().stream().map(this::json).toList());
  }

  /** How much waits, and who could take it. */
  @GET
  @Path("queue")
  public Map<String, Object> queue() {
    visitor.require(Operation.READ_NODES);
    QueueView queue = door.services().parts().views().queue();
    List<NodeView> alive =
        door.services().parts().views().nodes().stream().filter(this::isAlive).toList();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tasks", queue.tasks());
    json.put("queued", queue.queued());
    json.put(
        "oldestQueuedAt",
        queue.oldestQueuedAt() == null ? null : queue.oldestQueuedAt().toString());
    json.put("running", queue.running());
    json.put("nodes", alive.size());
    json.put("permits", alive.stream().mapToInt(NodeView::permits).sum());
    json.put("freePermits", alive.stream().mapToInt(NodeView::freePermits).sum());
    json.put("alarm", alive.isEmpty() && queue.queued() > 0 ? NOBODY_DRAWS : null);
    return json;
  }

  private boolean isAlive(NodeView node) {
    Instant now = door.services().parts().stages().clock().instant();
    return Duration.between(node.seenAt(), now).compareTo(SILENCE) < 0;
  }

  private Map<String, Object> json(NodeView node) {
    List<String> held =
        node.services().stream()
            .flatMap(service -> service.held().stream())
            .map(one -> one.run() + " " + one.stage())
            .toList();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("node", node.node().value());
    json.put("seenAt", node.seenAt().toString());
    json.put("alive", isAlive(node));
    json.put("permits", node.permits());
    json.put("freePermits", node.freePermits());
    json.put("held", held);
    json.put("services", node.services().stream().map(ServerResource::json).toList());
    if (node.unfit() != null) {
      json.put("takesNothing", TaskJson.FailureJson.of(node.unfit()));
    }
    if (node.trouble() != null) {
      json.put("trouble", TaskJson.FailureJson.of(node.trouble()));
    }
    return json;
  }

  private static Map<String, Object> json(NodeView.Service service) {
    return Map.of(
        "name",
        service.name(),
        "startedAt",
        service.epoch().toString(),
        "seenAt",
        service.seenAt().toString());
  }
}
