package dev.errand.cli.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.errand.cli.environment.EnvironmentLookup;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.Api;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.server.Follower;
import dev.errand.cli.server.Json;
import dev.errand.cli.server.Task;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.SafeText;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Hands over a task. */
@Command(
    name = "exec",
    description = {
      "Hand over a task and print its address.",
      "The prompt is the argument, or standard input when it is - or left out."
    })
public final class CloudExec implements Callable<Integer> {
  private final Session session;

  @Parameters(
      arity = "0..1",
      paramLabel = "PROMPT",
      description = "What the agent should do; - reads standard input.")
  @Nullable String prompt;

  @Option(
      names = "--env",
      paramLabel = "ENV",
      description = "The environment's id or label (default: the only one there is).")
  @Nullable String environment;

  @Option(
      names = "--branch",
      paramLabel = "REF",
      description =
          "The branch, tag or commit to start from (default: the current branch when the working"
              + " folder is a clone of the environment's repository, else the environment's"
              + " branch).")
  @Nullable String branch;

  @Option(
      names = "--attempts",
      paramLabel = "N",
      description = "How many agents try it independently, 1 to 4 (default: 1).")
  @Nullable Integer attempts;

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description = "The same key within 7 days gives the same task again (default: a new one).")
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
  public CloudExec(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    boolean waits = wait || follow;
    if (timeout != null && !waits) {
      throw CommandFailure.usage("--timeout says how long to wait", "add --wait or --follow");
    }
    KeyedRequest.requireKey(key);
    String text = Prompt.read(session, prompt, "errand cloud exec --env ENV \"...\"");
    EnvironmentLookup.Found found = new EnvironmentLookup(session).findOrOnly(environment);
    String from = branch != null ? branch : new BranchGuess(session).branchFor(found.repository());
    ObjectNode request = Json.object();
    request.put("environment", found.id());
    request.put("prompt", text);
    if (from != null) {
      request.put("branch", from);
    }
    if (attempts != null) {
      request.put("attempts", attempts);
    }
    if (found.version() > 0) {
      request.put("environmentVersion", found.version());
    }
    Api.Answer answer = KeyedRequest.post(session, ApiPath.of("tasks"), request, key);
    JsonNode document = answer.json();
    if (session.json() && !waits) {
      session.print(document);
    } else if (!session.json()) {
      session.print(SafeText.line(Json.string(document, "url")));
    }
    if (answer.status() == 202) {
      session.note("the server has taken the task and not yet decided on it");
    }
    return waits ? until(Json.string(document, "id")) : ExitCode.OK.number();
  }

  private int until(String id) {
    Follower follower = session.follower(timeout);
    if (follow) {
      boolean several = attempts != null && attempts > 1;
      new LogWatch(session, several).untilEnd(id, null, true, follower);
    }
    Task over = new TaskWatch(session).untilOver(id, follower);
    return CloudWait.conclude(session, over);
  }
}
