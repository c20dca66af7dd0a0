package dev.errand.cli.cloud;

import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.Task;
import dev.errand.cli.session.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** One task as it is now. */
@Command(
    name = "status",
    description = "Show a task. Ends with 0 when it is ready, with 1 in every other state.")
public final class CloudStatus implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "TASK", description = "The task's id or address.")
  String task = "";

  /** The command of one run. */
  public CloudStatus(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Task found = session.api().task(TaskReference.of(task, session).id());
    if (session.json()) {
      session.print(found.json());
    } else {
      TaskText.status(found, session.surroundings().clock().instant()).forEach(session::print);
    }
    return found.ready() ? ExitCode.OK.number() : ExitCode.FAILED.number();
  }
}
