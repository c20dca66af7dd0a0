package dev.errand.ingest.tasks;

import dev.errand.ingest.http.EventOutput;
import dev.errand.schemas.ids.TaskId;
import dev.errand.views.TaskView;
import dev.errand.views.Views;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells one client of a task's changes until its end. Each event holds the whole task, so nothing
 * is queued for a slow client but "it has changed", and no change has to be resumed at.
 */
public final class TaskFollower {
  private final Views views;
  private final TaskId task;
  private final Function<TaskView, TaskJson> document;

  public TaskFollower(Views views, TaskId task, Function<TaskView, TaskJson> document) {
    this.views = views;
    this.task = task;
    this.document = document;
  }

  /** Returns when the task is over, throws when the client has gone. */
  public void follow(EventOutput out) throws IOException, InterruptedException {
    BlockingQueue<TaskId> changed = new ArrayBlockingQueue<>(1);
    try (var _ =
        views.onChange(
            view -> {
              if (view.task().equals(task)) {
                var _ = changed.offer(task); // full: it is about to look anyway
              }
            })) {
      TaskJson told = null;
      while (true) {
        TaskView view = views.task(task).orElse(null);
        told = tell(view, told, out);
        if (view != null && view.state().isTerminal()) {
          out.event("end", null, Map.of("state", TaskJson.word(view.state())));
          return;
        }
        var _ = changed.poll(EventOutput.LOOK.toSeconds(), TimeUnit.SECONDS);
        out.heartbeat();
      }
    }
  }

  private @Nullable TaskJson tell(@Nullable TaskView view, @Nullable TaskJson told, EventOutput out)
      throws IOException {
    if (view == null) {
      return told;
    }
    TaskJson now = document.apply(view);
    if (!now.equals(told)) {
      out.event("task", Long.toString(view.updatedAt().toEpochMilli()), now);
    }
    return now;
  }
}
