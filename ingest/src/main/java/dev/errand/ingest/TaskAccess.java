package dev.errand.ingest;

import dev.errand.ingest.access.Access;
import dev.errand.ingest.access.Caller;
import dev.errand.ingest.access.Operation;
import dev.errand.ingest.http.Numbers;
import dev.errand.ingest.tasks.TaskJson;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.TaskId;
import dev.errand.views.AttemptView;
import dev.errand.views.NodeView;
import dev.errand.views.TaskQuery;
import dev.errand.views.TaskView;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The task that a request names, if its caller may see it. */
@RequestScoped
class TaskAccess {
  private final FrontDoor door;
  private final Visitor visitor;
  private final IngestSettings settings;
  private final HttpServerRequest request;

  @Inject
  TaskAccess(FrontDoor door, Visitor visitor, IngestSettings settings, HttpServerRequest request) {
    this.door = door;
    this.visitor = visitor;
    this.settings = settings;
    this.request = request;
  }

  /** What a list is narrowed by; null is any. */
  record Filter(
      int limit,
      @Nullable String cursor,
      @Nullable String environment,
      @Nullable String state,
      @Nullable String owner) {}

  /**
   * The task, when the caller may do this to it; another's is as unknown as one that is not there.
   *
   * @throws ErrandException TASK_UNKNOWN, REQUEST_INVALID for what is no id
   */
  TaskView require(String id, Operation operation) {
    Caller caller = visitor.require(operation);
    TaskId task = parsed("task id", id, TaskId::new);
    return door.services()
        .parts()
        .views()
        .task(task)
        .filter(view -> mayTouch(caller, view, operation))
        .orElseThrow(
            () -> new ErrandException(FailureCode.TASK_UNKNOWN, "there is no task " + task));
  }

  private boolean mayTouch(Caller caller, TaskView view, Operation operation) {
    EnvironmentId environment = view.environment();
    Set<Owner> members =
        environment == null ? Set.of() : door.services().environments().members(environment);
    return caller.may(operation, view.owner(), members);
  }

  /**
   * The attempt that a request names; 0 when it names none.
   *
   * @throws ErrandException REQUEST_INVALID, or NOT_FOUND for one that the task was not given
   */
  static int attemptNumber(TaskView task, @Nullable String text) {
    int number = Numbers.read("attempt", text, 0);
    if (text != null && number < 1) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID, "attempts count from 1: there is no attempt " + text);
    }
    TaskView.Admitted admitted = task.admitted();
    if (admitted != null && number > admitted.attempts()) {
      throw unknownAttempt(number);
    }
    return number;
  }

  private static ErrandException unknownAttempt(int number) {
    return new ErrandException(
        FailureCode.NOT_FOUND, "the task has no attempt %d".formatted(number));
  }

  /**
   * One attempt of a task.
   *
   * @param number 0 is the best, or the only one
   * @throws ErrandException NOT_FOUND, or DIFF_MISSING when the task has no attempt yet
   */
  AttemptView attempt(TaskView task, int number) {
    if (number != 0) {
      return task.attempt(number).orElseThrow(() -> unknownAttempt(number));
    }
    return task.best()
        .or(() -> task.attempts().stream().filter(a -> a.patch() != null).findFirst())
        .or(() -> task.attempts().stream().findFirst())
        .orElseThrow(
            () ->
                new ErrandException(
                    FailureCode.DIFF_MISSING, "the task has no diff: it is " + word(task.state())));
  }

  /**
   * The filter, within what its caller may see.
   *
   * @throws ErrandException REQUEST_INVALID, or NOT_ALLOWED for another's tasks when the caller
   *     sees its own alone
   */
  TaskQuery query(Caller caller, Filter filter) {
    if (filter.limit() < 1 || filter.limit() > TaskQuery.MAX_LIMIT) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID, "limit is 1 to %d".formatted(TaskQuery.MAX_LIMIT));
    }
    Owner owner = filter.owner() == null ? null : parsed("owner", filter.owner(), Owner::new);
    return new TaskQuery(
        reader(caller, owner),
        owner,
        filter.environment() == null
            ? null
            : parsed("environment", filter.environment(), EnvironmentId::new),
        filter.state() == null ? Set.of() : Set.of(state(filter.state())),
        filter.limit(),
        filter.cursor() == null ? null : parsed("cursor", filter.cursor(), TaskId::new));
  }

  /** As whom the caller reads a list of this owner's tasks, or of all; null sees everything. */
  private TaskQuery.@Nullable Reader reader(Caller caller, @Nullable Owner asked) {
    if (Access.reach(caller.role(), Operation.READ_TASK) == Access.Reach.EVERYTHING) {
      return null;
    }
    Set<EnvironmentId> environments = door.services().environments().withMember(caller.owner());
    if (environments.isEmpty() && asked != null && !asked.equals(caller.owner())) {
      throw new ErrandException(
          FailureCode.NOT_ALLOWED,
          "a producer that is a member of no environment lists its owner's own tasks;"
              + " others' need the role operator");
    }
    return new TaskQuery.Reader(caller.owner(), environments);
  }

  private static TaskView.State state(String name) {
    return Arrays.stream(TaskView.State.values())
        .filter(state -> word(state).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ErrandException(
                    FailureCode.REQUEST_INVALID,
                    "state is one of "
                        + Arrays.stream(TaskView.State.values()).map(TaskAccess::word).toList()));
  }

  TaskJson json(TaskView view) {
    return json(door.services().parts(), view, url(view.task()));
  }

  /**
   * The task as the API shows it, with what its queue waits for.
   *
   * @param url one of {@link #url}
   */
  static TaskJson json(FrontDoorParts parts, TaskView view, String url) {
    boolean queued = view.attempts().stream().anyMatch(a -> a.state() == AttemptView.State.QUEUED);
    Failure lack =
        queued
            ? NodeView.lackOfAll(parts.views().nodes(), parts.stages().clock().instant())
                .orElse(null)
            : null;
    return TaskJson.of(view, url, lack);
  }

  /** The address of the task's page, as the caller reaches this server. */
  String url(TaskId task) {
    String base =
        settings
            .publicUrl()
            .map(url -> url.toString().replaceAll("/+$", ""))
            .orElseGet(() -> request.scheme() + "://" + request.authority());
    return base + "/codex/tasks/" + task;
  }

  /** Why admission refused the task. */
  static Failure failureOf(TaskView view) {
    Failure failure = view.failure();
    return failure == null
        ? Failure.of(FailureCode.BUG, "the task was refused without a reason")
        : failure;
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static <T> T parsed(String what, String text, Function<String, T> type) {
    try {
      return type.apply(text);
    } catch (IllegalArgumentException e) {
      throw new ErrandException(FailureCode.REQUEST_INVALID, what + ": " + e.getMessage(), e);
    }
  }
}
