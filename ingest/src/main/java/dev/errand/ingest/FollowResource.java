package dev.errand.ingest;

import dev.errand.ingest.access.Operation;
import dev.errand.ingest.http.Artifacts;
import dev.errand.ingest.http.Places;
import dev.errand.ingest.tasks.LogCursor;
import dev.errand.ingest.tasks.LogFollower;
import dev.errand.ingest.tasks.LogText;
import dev.errand.ingest.tasks.TaskFollower;
import dev.errand.stage.LogReader;
import dev.errand.views.TaskView;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import org.jspecify.annotations.Nullable;

/**
 * What goes on with a task, as server-sent events, and its log as text. On virtual threads: most of
 * a follower's time is waiting, and none of the server's workers waits with it.
 */
@Path("/api/v1/tasks/{id}")
@RunOnVirtualThread
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

  /** The task at every change, until it is over. */
  @GET
  @Path("events")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public Response events(@PathParam("id") String id) {
    TaskView task = tasks.require(id, Operation.READ_TASK);
    String url = tasks.url(task.task());
    FrontDoorParts parts = door.services().parts();
    TaskFollower follower =
        new TaskFollower(parts.views(), task.task(), view -> TaskAccess.json(parts, view, url));
    return followers.stream(follower::follow);
  }

  /** The live output, until the task is over when following; only for who asks for a stream. */
  @GET
  @Path("logs")
  @Produces(MediaType.SERVER_SENT_EVENTS + ";qs=0.5")
  public Response follow(
      @PathParam("id") String id,
      @QueryParam("attempt") @Nullable String attempt,
      @QueryParam("follow") boolean follow,
      @HeaderParam("Last-Event-ID") @Nullable String seen) {
    TaskView task = tasks.require(id, Operation.READ_TASK);
    LogFollower follower =
        new LogFollower(
            door.services().parts().views(),
            task.task(),
            TaskAccess.attemptNumber(task, attempt),
            follow,
            LogCursor.parse(seen));
    return followers.stream(
        output -> {
          try (LogReader reader = reader(task)) {
            follower.follow(reader, output);
          }
        });
  }

  /** The whole output so far. */
  @GET
  @Path("logs")
  @Produces(MediaType.TEXT_PLAIN)
  public Response text(
      @PathParam("id") String id, @QueryParam("attempt") @Nullable String attempt) {
    TaskView task = tasks.require(id, Operation.READ_TASK);
    int number = TaskAccess.attemptNumber(task, attempt);
    LogText text = new LogText(door.services().parts().artifacts(), () -> reader(task));
    Places.Place place = followers.place(); // what is live costs a consumer here too
    StreamingOutput output =
        out -> {
          try (place) {
            text.write(task, number, out);
          }
        };
    return Artifacts.text(output).build();
  }

  private LogReader reader(TaskView task) {
    FrontDoorParts parts = door.services().parts();
    return LogReader.open(parts.kafka(), parts.wire(), task.task());
  }
}
