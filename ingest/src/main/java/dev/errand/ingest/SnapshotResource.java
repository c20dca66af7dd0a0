package dev.errand.ingest;

import dev.errand.cache.Snapshot;
import dev.errand.ingest.access.Operation;
import dev.errand.ingest.http.Numbers;
import dev.errand.ingest.snapshots.SnapshotJson;
import dev.errand.ingest.snapshots.SnapshotQuery;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.NodeName;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Prepared containers, as their nodes tell of them: what later runs may start from. */
@Path("/api/v1/snapshots")
@Produces(MediaType.APPLICATION_JSON)
public class SnapshotResource {
  private static final int DEFAULT_LIMIT = 20;

  private final FrontDoor door;
  private final Visitor visitor;

  @Inject
  SnapshotResource(FrontDoor door, Visitor visitor) {
    this.door = door;
    this.visitor = visitor;
  }

  /** A page of snapshots. */
  public record SnapshotList(List<SnapshotJson> items, @Nullable String cursor) {}

  @GET
  public SnapshotList list(
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("cursor") @Nullable String cursor,
      @QueryParam("environment") @Nullable String environment,
      @QueryParam("node") @Nullable String node,
      @QueryParam("valid") @Nullable String valid) {
    visitor.require(Operation.READ_SNAPSHOTS);
    var query =
        new SnapshotQuery(
            parsed("environment", environment, EnvironmentId::new),
            parsed("node", node, NodeName::new),
            parsed("valid", valid, SnapshotResource::yesOrNo),
            limit(limit),
            parsed("cursor", cursor, SnapshotQuery.Cursor::parse));
    Instant now = now();
    var page = query.page(door.services().snapshots().all(), now);
    var next = page.cursor();
    return new SnapshotList(
        page.items().stream().map(snapshot -> SnapshotJson.of(snapshot, now)).toList(),
        next == null ? null : next.toString());
  }

  @GET
  @Path("{node}/{box}")
  public SnapshotJson snapshot(@PathParam("node") String node, @PathParam("box") String box) {
    visitor.require(Operation.READ_SNAPSHOTS);
    NodeName on = TaskAccess.parsed("node", node, NodeName::new);
    BoxId id = TaskAccess.parsed("snapshot", box, BoxId::new);
    Snapshot known =
        door.services().snapshots().on(on).stream()
            .filter(snapshot -> snapshot.box().equals(id))
            .findFirst()
            .orElseThrow(
                () ->
                    new ErrandException(
                        FailureCode.SNAPSHOT_UNKNOWN,
                        "there is no snapshot %s on %s".formatted(id, on)));
    return SnapshotJson.of(known, now());
  }

  private Instant now() {
    return door.services().parts().stages().clock().instant();
  }

  private static int limit(@Nullable String text) {
    int limit = Numbers.read("limit", text, DEFAULT_LIMIT);
    if (limit < 1 || limit > SnapshotQuery.MAX_LIMIT) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID, "limit is 1 to %d".formatted(SnapshotQuery.MAX_LIMIT));
    }
    return limit;
  }

  private static boolean yesOrNo(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("'%s' is not true or false".formatted(text));
    };
  }

  /** What a filter says; null where it says nothing. */
  private static <T> @Nullable T parsed(
      String what, @Nullable String text, Function<String, T> type) {
    return text == null ? null : TaskAccess.parsed(what, text, type);
  }
}
