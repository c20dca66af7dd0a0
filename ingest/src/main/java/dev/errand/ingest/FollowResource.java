package dev.errand.ingest;

import dev.errand.ingest.access.Operation;
import dev.errand.ingest.http.EventOutput;
import dev.errand.ingest.http.Places;
import dev.errand.ingest.tasks.LogCursor;
import dev.errand.ingest.tasks.LogFollower;
import dev.errand.ingest.tasks.LogText;
import dev.errand.ingest.tasks.TaskFollower;
import dev.errand.ingest.tasks.TaskJson;
import dev.errand.stage.LogReader;
import dev.errand.views.TaskView;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.InterruptedIOException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** What goes on with a task, as server-sent events, and its log as text. */
@Path("/api/v1/tasks/{id}")
public class FollowResource {
  private final FrontDoor door;
  private final TaskAccess tasks;
  private final Followers followers;

  @Inject
  FollowResource(FrontDoor door, TaskAccess tasks, Followers followers) {
    this.door = door;
    this.tasks = tasks;
    this.followers = followers;
  }

  /** All followers of this process share one number of places. */
  @Singleton
  static class Followers {
    private final Places places;

    @Inject
    Followers(IngestSettings settings) {
      places = new Places(settings.maxFollowers());
    }
  }

  /** The task at every change, until it is over. */
  @GET
  @Path("events")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public Response events(@PathParam("id") String id) {
    TaskView task = tasks.require(id, Operation.READ_TASK);
    String url = tasks.url(task.task());
    TaskFollower follower =
        new TaskFollower(
            door.services().parts().views(), task.task(), view -> TaskJson.of(view, url));
    return stream(
        output -> {
          try (var _ = followers.places.take()) {
            follower.follow(new EventOutput(output, Clock.systemUTC()));
          } catch (InterruptedException e) {
            throw new InterruptedIOException("the server is stopping");
          }
        });
  }

  /** The live output, until the task is over when following. */
  @GET
  @Path("logs")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public Response follow(
      @PathParam("id") String id,
      @QueryParam("attempt") int attempt,
      @QueryParam("follow") boolean follow,
      @HeaderParam("Last-Event-ID") @Nullable String seen) {
    TaskView task = tasks.require(id, Operation.READ_TASK);
    LogFollower follower =
        new LogFollower(
            door.services().parts().views(), task.task(), attempt, follow, LogCursor.parse(seen));
    return stream(
        output -> {
          try (var _ = followers.places.take();
              LogReader reader = reader(task)) {
            follower.follow(reader, new EventOutput(output, Clock.systemUTC()));
          }
        });
  }

  /** The whole output so far. */
  @GET
  @Path("logs")
  @Produces(MediaType.TEXT_PLAIN)
  public Response text(@PathParam("id") String id, @QueryParam("attempt") int attempt) {
    TaskView task = tasks.require(id, Operation.READ_TASK);
    LogText text = new LogText(door.services().parts().artifacts(), () -> reader(task));
    StreamingOutput output = out -> text.write(task, attempt, out);
    return Response.ok(output, MediaType.TEXT_PLAIN_TYPE.withCharset("utf-8")).build();
  }

  private LogReader reader(TaskView task) {
    FrontDoorParts parts = door.services().parts();
    return LogReader.open(parts.kafka(), parts.wire(), task.task());
  }

  private static Response stream(StreamingOutput output) {
    return Response.ok(output, MediaType.SERVER_SENT_EVENTS)
        .header("Cache-Control", "no-store")
        .header("X-Accel-Buffering", "no")
        .build();
  }
}
