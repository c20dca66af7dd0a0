package dev.errand.agentrunner;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.artifacts.DiskFailure;
import dev.errand.artifacts.LogFilter;
import dev.errand.artifacts.LogRecorder;
import dev.errand.egress.Denials;
import dev.errand.egress.EgressProxy;
import dev.errand.egress.Policy;
import dev.errand.egress.ProxySocket;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.BoxSession;
import dev.errand.sandbox.BoxSession.OutputSink;
import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.PhaseResult;
import dev.errand.sandbox.PhaseSpec;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.StageName;
import dev.errand.stage.Lease;
import dev.errand.stage.Stage;
import dev.errand.stage.StageSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one turn of the agent in the run's box, with the environment's variables, the environment's
 * way out and no secret. An agent that ends with an error has still executed: its changes are
 * collected, and the diff collector ends the run.
 *
 * <p>The phase's id makes the turn unique in its box: whoever processes the fact again joins the
 * agent that runs, or learns how it ended, and the log goes on where it ends.
 *
 * <p>USER failures: AGENT_UNAVAILABLE, AGENT_TIMED_OUT, OUT_OF_MEMORY, ENVIRONMENT_INVALID.
 */
public final class RunAgentStage implements Stage<Event.EnvironmentPrepared, Event.AgentExecuted> {
  public static final StageName NAME = new StageName("agent");

  private static final Logger LOG = LoggerFactory.getLogger(RunAgentStage.class);

  /** In the box's folder; the box's forwarder leads to it while the agent works. */
  private static final String SOCKET = "agent.sock";

  private final Boxes boxes;
  private final EgressProxy proxy;
  private final ArtifactStore artifacts;
  private final AgentRunnerSettings settings;

  public RunAgentStage(
      Boxes boxes, EgressProxy proxy, ArtifactStore artifacts, AgentRunnerSettings settings) {
    this.boxes = boxes;
    this.proxy = proxy;
    this.artifacts = artifacts;
    this.settings = settings;
  }

  @Override
  public StageSpec<Event.EnvironmentPrepared, Event.AgentExecuted> spec() {
    return new StageSpec<>(
        NAME,
        Topic.SET_UP,
        Topic.EXECUTED,
        Event.EnvironmentPrepared.class,
        settings.slots(),
        settings.timeout());
  }

  @Override
  public Event.AgentExecuted process(Event.EnvironmentPrepared fact, Lease lease)
      throws InterruptedException {
    EnvironmentSpec environment = fact.spec().environment();
    Agent.Command command = Agent.of(environment.agent()).command(fact.prompt());
    Policy policy = AgentInternet.policy(environment.internet());
    lease.check();
    try (LogRecorder recorder =
        LogRecorder.open(
            new LogRecorder.Target(lease.directory(), NAME, artifacts),
            LogFilter.none(),
            lease::log)) {
      PhaseResult result = watch(phase(fact, command), policy, fact, recorder, lease);
      Event.LogArtifact log = recorder.finish();
      lease.recorded(log);
      return executed(fact, result, recorder.lastLines(), log);
    } catch (IOException e) {
      throw DiskFailure.of("keep the agent's log", e);
    }
  }

  /** Starts the agent or joins it, and waits for its end. */
  private PhaseResult watch(
      PhaseSpec phase,
      Policy policy,
      Event.EnvironmentPrepared fact,
      LogRecorder recorder,
      Lease lease)
      throws IOException, InterruptedException {
    Box box =
        boxes
            .find(fact.run())
            .filter(found -> found.id().equals(fact.box()))
            .orElseThrow(
                () ->
                    new ErrandException(
                        FailureCode.BOX_LOST, "the run's box %s is gone".formatted(fact.box())));
    OutputSink output = recorder.phase(phase.id())::accept;
    try (BoxSession session = boxes.open(box);
        Denials denials = new Denials(lease::progress);
        ProxySocket way = proxy.listen(boxes.socket(box, SOCKET), policy, denials::add)) {
      lease.check();
      LOG.debug("{}: the agent may use {}", fact.run(), way);
      return session.run(phase, output);
    }
  }

  private static PhaseSpec phase(Event.EnvironmentPrepared fact, Agent.Command command) {
    EnvironmentSpec environment = fact.spec().environment();
    Map<String, String> variables = new HashMap<>();
    environment
        .pins()
        .forEach(
            (runtime, version) ->
                variables.put(
                    "CODEX_ENV_%s_VERSION".formatted(runtime.toUpperCase(Locale.ROOT)), version));
    variables.putAll(environment.variables());
    variables.putAll(command.environment());
    return new PhaseSpec(
        "agent-" + fact.run().turn(),
        PhaseSpec.Kind.AGENT,
        command.script(),
        "/workspace/" + environment.repository().folder(),
        variables,
        Map.of(),
        SOCKET,
        environment.limits().agent());
  }

  private static Event.AgentExecuted executed(
      Event.EnvironmentPrepared fact,
      PhaseResult result,
      List<String> lastLines,
      Event.LogArtifact log) {
    EnvironmentSpec.Limits limits = fact.spec().environment().limits();
    if (result.outOfMemory()) {
      String message = "the agent used more than %,d MiB".formatted(limits.memoryBytes() >> 20);
      throw new ErrandException(new Failure(FailureCode.OUT_OF_MEMORY, message, lastLines), null);
    }
    if (result.timedOut()) {
      String message = "the agent worked longer than %d s".formatted(limits.agent().toSeconds());
      throw new ErrandException(new Failure(FailureCode.AGENT_TIMED_OUT, message, lastLines), null);
    }
    List<Event.LogArtifact> logs = new ArrayList<>(fact.logs());
    logs.add(log);
    return new Event.AgentExecuted(
        fact.run(), fact.node(), fact.box(), fact.spec(), result.exitCode(), logs);
  }
}
