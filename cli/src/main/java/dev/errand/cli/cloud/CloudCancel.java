package dev.errand.cli.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.errand.cli.server.Api;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.server.Json;
import dev.errand.cli.server.Task;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.SafeText;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends a task, wherever it is. */
@Command(name = "cancel", description = "Cancel a task in whatever state it is.")
public final class CloudCancel implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "TASK", description = "The task's id or address.")
  String task = "";

  @Option(names = "--attempt", paramLabel = "N", description = "Cancel only this attempt.")
  @Nullable Integer attempt;

  /** The command of one run. */
  public CloudCancel(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    TaskReference reference = TaskReference.of(task, session);
    ObjectNode request = Json.object();
    Integer only = reference.attempt(attempt);
    if (only != null) {
      request.put("attempt", only);
    }
    JsonNode answer =
        session
            .api()
            .send("POST", ApiPath.of("tasks", reference.id(), "cancel"), Api.Body.json(request))
            .json();
    if (session.json()) {
      session.print(answer);
    } else {
      Task asked = Task.of(answer);
      String underway = only == null ? "cancelling" : "cancelling attempt " + only;
      // The answer shows the task as it was when it was asked to end.
      session.print(asked.over() ? SafeText.line(asked.state()) : underway);
    }
    return 0;
  }
}
