package dev.errand.cli.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.server.Follower;
import dev.errand.cli.server.Json;
import dev.errand.cli.server.Task;
import dev.errand.cli.session.Session;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Goes on with an attempt that is over. */
@Command(
    name = "message",
    description = {
      "Tell an attempt that is over what to do next; it goes on from where it has come to.",
      "The prompt is the argument, or standard input when it is - or left out."
    })
public final class CloudMessage implements Callable<Integer> {
  private final Session session;

  @Parameters(index = "0", paramLabel = "TASK", description = "The task's id or address.")
  String task = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PROMPT",
      description = "What the agent should do next; - reads standard input.")
  @Nullable String prompt;

  @Option(
      names = "--attempt",
      paramLabel = "N",
      description = "The attempt to go on with (default: the only one, or the best).")
  @Nullable Integer attempt;

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description = "The same key is the same message, until the next one (default: a new one).")
  @Nullable String key;

  @Option(
      names = "--wait",
      description = "Wait until the task is over; end with 0 when it is ready, else with 1.")
  boolean wait;

  @Option(names = "--follow", description = "Like --wait, and print the task's log as it happens.")
  boolean follow;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "With --wait or --follow: wait at most so long, then end with 7.")
  @Nullable Duration timeout;

  /** The command of one run. */
  public CloudMessage(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    boolean waits = wait || follow;
    if (timeout != null && !waits) {
      throw CommandFailure.usage("--timeout says how long to wait", "add --wait or --follow");
    }
    KeyedRequest.requireKey(key);
    TaskReference reference = TaskReference.of(task, session);
    Integer only = reference.attempt(attempt);
    ObjectNode request = Json.object();
    request.put("prompt", Prompt.read(session, prompt, "errand cloud message TASK \"...\""));
    if (only != null) {
      request.put("attempt", only);
    }
    JsonNode answer =
        KeyedRequest.post(session, ApiPath.of("tasks", reference.id(), "messages"), request, key)
            .json();
    if (session.json() && !waits) {
      session.print(answer);
    } else if (!session.json()) {
      session.print(goesOn(Task.of(answer), only));
    }
    return waits ? until(reference.id(), only) : ExitCode.OK.number();
  }

  private static String goesOn(Task task, @Nullable Integer only) {
    return task.attempts().stream()
        .filter(it -> only == null ? it.endedAt().isEmpty() : it.number() == only)
        .findFirst()
        .map(it -> "attempt %d goes on with turn %d".formatted(it.number(), it.turn()))
        .orElse("the attempt goes on");
  }

  private int until(String id, @Nullable Integer only) {
    Follower follower = session.follower(timeout);
    if (follow) {
      new LogWatch(session, false).untilEnd(id, only, true, follower);
    }
    return CloudWait.conclude(session, new TaskWatch(session).untilOver(id, follower));
  }
}
