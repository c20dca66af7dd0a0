package dev.errand.cli.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.cli.environment.EnvironmentLookup;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.server.Json;
import dev.errand.cli.server.Task;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.Elapsed;
import dev.errand.cli.terminal.Table;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The tasks, newest first, a page at a time. */
@Command(name = "list", description = "List tasks, the newest first.")
public final class CloudList implements Callable<Integer> {
  private static final int MAX_PAGE = 100;

  private final Session session;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many, 1 to 100 (default: ${DEFAULT-VALUE}).")
  int limit;

  @Option(
      names = "--cursor",
      paramLabel = "CURSOR",
      description = "Go on where the last page ended.")
  @Nullable String cursor;

  @Option(names = "--env", paramLabel = "ENV", description = "Only tasks of this environment.")
  @Nullable String environment;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description =
          "Only tasks in this state: pending, queued, running, ready, failed, cancelled or"
              + " rejected.")
  @Nullable String state;

  @Option(names = "--owner", paramLabel = "OWNER", description = "Only tasks of this owner.")
  @Nullable String owner;

  /** The command of one run. */
  public CloudList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (limit < 1 || limit > MAX_PAGE) {
      throw CommandFailure.usage("--limit is " + limit, "ask for 1 to " + MAX_PAGE + " tasks");
    }
    String id = environment == null ? null : new EnvironmentLookup(session).find(environment).id();
    JsonNode page =
        session
            .api()
            .get(
                ApiPath.of("tasks")
                    .with("limit", limit)
                    .with("cursor", cursor)
                    .with("environment", id)
                    .with("state", state)
                    .with("owner", owner));
    if (session.json()) {
      session.print(page);
      return 0;
    }
    show(Json.list(page.get("items")).stream().map(Task::of).toList());
    String next = Json.string(page, "cursor");
    if (!next.isEmpty()) {
      session.note("more: add --cursor " + next);
    }
    return 0;
  }

  private void show(List<Task> tasks) {
    if (tasks.isEmpty()) {
      session.note("no tasks; hand one over: errand cloud exec --env ENV \"...\"");
      return;
    }
    Instant now = session.surroundings().clock().instant();
    boolean person = session.terminal().people().out();
    Table table =
        new Table(
            person ? session.terminal().columns() : 0,
            "TASK",
            "STATE",
            "AGE",
            "ENVIRONMENT",
            "DIFF",
            "TITLE");
    for (Task task : tasks) {
      table.row(
          task.id(),
          task.state(),
          Elapsed.since(task.createdAt(), now),
          task.environment(),
          TaskText.patchOf(task),
          task.title());
    }
    table.lines().forEach(session::print);
  }
}
