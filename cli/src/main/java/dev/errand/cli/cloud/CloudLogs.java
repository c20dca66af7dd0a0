package dev.errand.cli.cloud;

import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.server.Task;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a task has written, and what it writes. */
@Command(
    name = "logs",
    description = "Print what a task has written; with -f go on until it is over.")
public final class CloudLogs implements Callable<Integer> {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Session session;

  @Parameters(paramLabel = "TASK", description = "The task's id or address.")
  String task = "";

  @Option(names = "--attempt", paramLabel = "N", description = "Only this attempt.")
  @Nullable Integer attempt;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on until the task is over, through lost connections.")
  boolean follow;

  /** The command of one run. */
  public CloudLogs(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    TaskReference reference = TaskReference.of(task, session);
    Integer only = reference.attempt(attempt);
    Task now = session.api().task(reference.id());
    int attempts = now.attempts().size(); // 0 before admission
    if (only != null && attempts > 0 && only > attempts) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          "the task has no attempt " + only,
          "name one of its attempts, 1 to " + attempts);
    }
    if (follow || session.json()) {
      new LogWatch(session, attempts > 1 && only == null).untilEnd(reference.id(), only, follow);
    } else {
      copy(ApiPath.of("tasks", reference.id(), "logs").with("attempt", only));
    }
    return 0;
  }

  private void copy(ApiPath path) {
    SafeText safe = new SafeText(session.terminal().colours());
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = session.api().stream(path, "text/plain")) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        session.terminal().out().print(safe.accept(buffer, read));
      }
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.UNREACHABLE, "the log broke off: " + e.getMessage(), "try again");
    } finally {
      session.terminal().out().print(safe.end());
      session.terminal().out().flush();
    }
  }
}
