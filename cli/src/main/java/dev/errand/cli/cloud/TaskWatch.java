package dev.errand.cli.cloud;

import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.server.EventStream;
import dev.errand.cli.server.Follower;
import dev.errand.cli.server.Json;
import dev.errand.cli.server.Task;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.ProgressLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Waits until a task is over and shows on standard error what it does meanwhile. */
final class TaskWatch implements Follower.Listener {
  private final Session session;
  private final ProgressLine progress;
  private @Nullable Task latest;

  TaskWatch(Session session) {
    this.session = session;
    this.progress = session.progress();
  }

  /**
   * The task when it is over.
   *
   * @throws CommandFailure TIMEOUT when the follower's time is over
   */
  Task untilOver(String id, Follower follower) {
    try {
      follower.follow(ApiPath.of("tasks", id, "events"), this);
    } finally {
      progress.clear();
    }
    return latest != null && latest.over() ? latest : session.api().task(id);
  }

  @Override
  public boolean on(EventStream.Event event) {
    return switch (event.name()) {
      case "task" -> show(read(event.data()));
      case "end" -> false;
      default -> true; // a newer server may say more
    };
  }

  private boolean show(Task task) {
    latest = task;
    if (task.over()) {
      return false; // how it ended is the command's to say
    }
    progress.show(TaskText.progress(task));
    return true;
  }

  @Override
  public void tick() {
    progress.tick();
  }

  @Override
  public void lost(String reason) {
    progress.show("connection lost (" + reason + "), trying again");
  }

  private static Task read(String data) {
    try {
      return Task.of(Json.read(data.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "the server sent an event that is no JSON", null);
    }
  }
}
