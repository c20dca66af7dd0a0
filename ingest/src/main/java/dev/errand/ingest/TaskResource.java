package dev.errand.ingest;

import dev.errand.ingest.access.Caller;
import dev.errand.ingest.access.Operation;
import dev.errand.ingest.http.Artifacts;
import dev.errand.ingest.http.Bodies;
import dev.errand.ingest.http.Numbers;
import dev.errand.ingest.tasks.CancelRequest;
import dev.errand.ingest.tasks.MessageRequest;
import dev.errand.ingest.tasks.Messages;
import dev.errand.ingest.tasks.Submissions.Submitted;
import dev.errand.ingest.tasks.TaskJson;
import dev.errand.ingest.tasks.TaskRequest;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.CancelRequested;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Patch;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.TaskId;
import dev.errand.schemas.wire.Headers;
import dev.errand.stage.FactWriter;
import dev.errand.stage.trace.TaskTrace;
import dev.errand.views.AttemptView;
import dev.errand.views.TaskView;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tasks over HTTP: hand over, look, go on, cancel, collect the diff. */
@Path("/api/v1/tasks")
@Produces(MediaType.APPLICATION_JSON)
public class TaskResource {
  private static final int MAX_KEY_CHARACTERS = 200;
  private static final int DEFAULT_LIMIT = 20;

  private final FrontDoor door;
  private final Visitor visitor;
  private final TaskAccess tasks;

  @Inject
  TaskResource(FrontDoor door, Visitor visitor, TaskAccess tasks) {
    this.door = door;
    this.visitor = visitor;
    this.tasks = tasks;
  }

  /** A page of tasks. */
  public record TaskList(List<TaskJson> items, @Nullable String cursor) {}

  /** 201 with the admitted task, 202 when admission has not answered in time, or a problem. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public Response submit(
      @HeaderParam("Idempotency-Key") @Nullable String key,
      @HeaderParam(Headers.TRACE_PARENT) @Nullable String traceParent,
      InputStream body)
      throws InterruptedException {
    Caller caller = visitor.require(Operation.SUBMIT_TASK);
    requireKey(key);
    TaskRequest request = TaskRequest.read(Bodies.read(body));
    Submitted submitted = door.services().submissions().submit(caller, request, key, traceParent);
    String url = tasks.url(submitted.task());
    Optional<TaskView> view = submitted.view();
    if (view.isEmpty()) {
      Map<String, Object> pending =
          Map.of("id", submitted.task().value(), "state", "pending", "url", url);
      return Response.accepted(pending).header(Positions.HEADER, submitted.position()).build();
    }
    if (view.get().state() == TaskView.State.REJECTED) {
      throw new ErrandException(TaskAccess.failureOf(view.get()), null);
    }
    return Response.created(URI.create(url))
        .header(Positions.HEADER, submitted.position())
        .entity(tasks.json(view.get()))
        .build();
  }

  @GET
  public TaskList list(
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("cursor") @Nullable String cursor,
      @QueryParam("environment") @Nullable String environment,
      @QueryParam("state") @Nullable String state,
      @QueryParam("owner") @Nullable String owner) {
    Caller caller = visitor.require(Operation.READ_TASK);
    var filter =
        new TaskAccess.Filter(
            Numbers.read("limit", limit, DEFAULT_LIMIT), cursor, environment, state, owner);
    var page = door.services().parts().views().tasks(tasks.query(caller, filter));
    var next = page.cursor();
    return new TaskList(
        page.items().stream().map(tasks::json).toList(), next == null ? null : next.value());
  }

  @GET
  @Path("{id}")
  public TaskJson task(
      @PathParam("id") String id, @QueryParam("position") @Nullable String position)
      throws InterruptedException {
    if (position != null) {
      TaskId task = TaskAccess.parsed("task id", id, TaskId::new);
      Positions.await(door.services().parts().views(), position, task);
    }
    return tasks.json(tasks.require(id, Operation.READ_TASK));
  }

  /** Ends the task, or the one attempt that the body names; an empty body names none. */
  @POST
  @Path("{id}/cancel")
  public Response cancel(
      @PathParam("id") String id,
      @HeaderParam(Headers.TRACE_PARENT) @Nullable String traceParent,
      InputStream body)
      throws InterruptedException {
    TaskView task = tasks.require(id, Operation.CANCEL_TASK);
    int attempt = CancelRequest.attempt(Bodies.read(body), task);
    Caller caller = visitor.caller();
    var fact = new CancelRequested(task.task(), attempt, caller.owner());
    EventId event = EventId.of("cancel " + task.task() + " " + attempt + " " + caller.owner());
    FactWriter writer = door.services().parts().writer();
    var position =
        TaskTrace.in(
            traceParent,
            task.task(),
            () -> writer.append(Topic.TASKS_CANCEL_REQUESTED, event, fact));
    return Response.accepted(tasks.json(task)).header(Positions.HEADER, position).build();
  }

  /** Begins the next turn of an attempt that is over; answers with the task, at work once more. */
  @POST
  @Path("{id}/messages")
  @Consumes(MediaType.APPLICATION_JSON)
  public Response message(
      @PathParam("id") String id,
      @HeaderParam("Idempotency-Key") @Nullable String key,
      @HeaderParam(Headers.TRACE_PARENT) @Nullable String traceParent,
      InputStream body)
      throws InterruptedException {
    TaskView task = tasks.require(id, Operation.MESSAGE_TASK);
    requireKey(key);
    FrontDoorParts parts = door.services().parts();
    parts.artifacts().reserve().requireRoom();
    MessageRequest request = MessageRequest.read(Bodies.read(body), key);
    Messages.Sent sent =
        new Messages(parts.writer(), parts.views())
            .send(visitor.caller().owner(), task, request, traceParent);
    return Response.accepted(tasks.json(sent.view()))
        .header(Positions.HEADER, sent.position())
        .build();
  }

  private static void requireKey(@Nullable String key) {
    if (key != null && (key.isBlank() || key.length() > MAX_KEY_CHARACTERS)) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID, "an idempotency key has 1 to 200 characters");
    }
  }

  /** The patch's bytes, as `git apply` takes them. */
  @GET
  @Path("{id}/diff")
  @Produces({MediaType.TEXT_PLAIN, MediaType.APPLICATION_JSON})
  public Response diff(@PathParam("id") String id, @QueryParam("attempt") @Nullable String number)
      throws IOException {
    TaskView task = tasks.require(id, Operation.READ_TASK);
    AttemptView attempt = tasks.attempt(task, TaskAccess.attemptNumber(task, number));
    Patch patch = attempt.patch();
    if (patch == null) {
      throw new ErrandException(
          FailureCode.DIFF_MISSING,
          "attempt %d has no diff: it is %s"
              .formatted(attempt.number(), TaskAccess.word(attempt.state())));
    }
    InputStream bytes =
        door.services()
            .parts()
            .artifacts()
            .open(patch.digest())
            .orElseThrow(
                () ->
                    new ErrandException(
                        FailureCode.ARTIFACT_MISSING, "the diff is not in the store"));
    return Artifacts.text(bytes)
        .header("Errand-Base-Commit", patch.base().value())
        .header("Errand-Attempt", attempt.number())
        .header("Content-Length", patch.bytes())
        .build();
  }
}
