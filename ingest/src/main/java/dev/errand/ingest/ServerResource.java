package dev.errand.ingest;

import dev.errand.ingest.access.Operation;
import dev.errand.views.NodeView;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** How the server and its nodes are. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
public class ServerResource {
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
    return Map.of("version", version, "ready", door.ready());
  }

  @GET
  @Path("nodes")
  public Map<String, Object> nodes() {
    visitor.require(Operation.READ_NODES);
    return Map.of(
        "items", door.services().parts().views().nodes().stream().map(this::json).toList());
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
    json.put("permits", node.permits());
    json.put("freePermits", node.freePermits());
    json.put("held", held);
    json.put(
        "services",
        node.services().stream()
            .map(service -> Map.of("name", service.name(), "seenAt", service.seenAt().toString()))
            .toList());
    return json;
  }
}
