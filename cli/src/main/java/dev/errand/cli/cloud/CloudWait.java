package dev.errand.cli.cloud;

import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.Task;
import dev.errand.cli.session.Session;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Returns when a task is over. */
@Command(
    name = "wait",
    description = "Wait until a task is over. Ends with 0 when it is ready, else with 1.")
public final class CloudWait implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "TASK", description = "The task's id or address.")
  String task = "";

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "Wait at most so long, such as 90s, 20m or 2h, then end with 7.")
  @Nullable Duration timeout;

  /** The command of one run. */
  public CloudWait(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    String id = TaskReference.of(task, session).id();
    // Asked first, so that an id that does not exist is said at once.
    Task now = session.api().task(id);
    Task over = now.over() ? now : new TaskWatch(session).untilOver(id, session.follower(timeout));
    return conclude(session, over);
  }

  /** Says how a task ended; the exit code that follows. */
  static int conclude(Session session, Task task) {
    if (session.json()) {
      session.print(task.json());
    } else {
      session.note(TaskText.progress(task));
      if (!task.ready()) {
        TaskText.status(task, session.surroundings().clock().instant()).forEach(session::note);
      }
    }
    return task.ready() ? ExitCode.OK.number() : ExitCode.FAILED.number();
  }
}
