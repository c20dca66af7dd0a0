package dev.errand.provisioner;

import dev.errand.artifacts.DiskFailure;
import dev.errand.artifacts.LogFilter;
import dev.errand.artifacts.LogRecorder;
import dev.errand.egress.Denials;
import dev.errand.egress.Policy;
import dev.errand.egress.ProxySocket;
import dev.errand.provisioner.detection.SetupDetector;
import dev.errand.provisioner.detection.SetupPlan;
import dev.errand.provisioner.detection.SetupStep;
import dev.errand.repositories.Mirrors;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.PhaseResult;
import dev.errand.sandbox.PhaseSpec;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.EnvironmentPrepared;
import dev.errand.schemas.Event.LogArtifact;
import dev.errand.schemas.Event.RepositoryCheckedOut;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.StageName;
import dev.errand.stage.Lease;
import dev.errand.stage.Stage;
import dev.errand.stage.StageSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the environment's setup script, or the one that the repository's files ask for, with the
 * internet, the variables and the secrets that admission has granted. Each line that fails ends it.
 *
 * <p>USER failures: SETUP_FAILED, SETUP_TIMED_OUT, OUT_OF_MEMORY, SECRET_MISSING,
 * ENVIRONMENT_INVALID.
 */
final class SetUpStage implements Stage<RepositoryCheckedOut, EnvironmentPrepared> {
  static final StageName NAME = new StageName("setup");

  private static final Logger LOG = LoggerFactory.getLogger(SetUpStage.class);
  private static final String SOCKET = "setup.sock";

  /** On the first line, so that bash's messages count the lines as the author does. */
  private static final String STRICT = "set -e; ";

  private final NodeTools tools;
  private final BoxWork work;
  private final Duration maxSetup;

  SetUpStage(NodeTools tools, ProvisionerSettings settings) {
    this.tools = tools;
    this.work = new BoxWork(tools.boxes());
    this.maxSetup = settings.maxSetup();
  }

  @Override
  public StageSpec<RepositoryCheckedOut, EnvironmentPrepared> spec() {
    return new StageSpec<>(
        NAME,
        Topic.CHECKED_OUT,
        Topic.SET_UP,
        RepositoryCheckedOut.class,
        Permits.MAX, // a setup must not wait for another one
        maxSetup.plus(Duration.ofMinutes(10)));
  }

  @Override
  public EnvironmentPrepared process(RepositoryCheckedOut fact, Lease lease)
      throws InterruptedException {
    try {
      LogArtifact checkout = checkoutLog(lease);
      Box box = work.of(fact.run());
      String script = script(fact.spec(), box);
      List<LogArtifact> logs =
          script.isBlank()
              ? List.of(checkout)
              : List.of(
                  checkout, setUp(fact, box, STRICT + secretsNote(fact.spec()) + script, lease));
      return new EnvironmentPrepared(
          fact.run(), fact.node(), fact.box(), fact.prompt(), fact.spec(), logs);
    } catch (IOException e) {
      throw DiskFailure.of("keep the setup's log", e);
    }
  }

  /** The stage before has no fact of its own for its log. */
  private LogArtifact checkoutLog(Lease lease) throws IOException {
    try (LogRecorder recorder =
        LogRecorder.open(
            target(lease, CheckOutStage.NAME), LogFilter.none(), (offset, data) -> {})) {
      LogArtifact log = recorder.finish();
      lease.recorded(log);
      return log;
    }
  }

  private LogRecorder.Target target(Lease lease, StageName stage) {
    return new LogRecorder.Target(lease.directory(), stage, tools.artifacts());
  }

  /** Decided from the mirror's files, never from what a container has written. */
  private String script(TaskSpec task, Box box) throws InterruptedException {
    EnvironmentSpec environment = task.environment();
    if (!environment.setup().strip().equals(EnvironmentSpec.AUTO)) {
      return environment.setup();
    }
    Mirrors mirrors = tools.mirrors();
    RepositoryUrl url = environment.repository();
    Set<String> names = new HashSet<>(mirrors.rootNames(url, task.commit()));
    String pyproject =
        names.contains("pyproject.toml")
            ? mirrors.file(url, task.commit(), "pyproject.toml").orElse("")
            : "";
    List<SetupStep> steps = SetupDetector.detect(names, pyproject);
    if (steps.isEmpty()) {
      return "";
    }
    String present = work.ask(box, "tools", SetupPlan.probe(SetupPlan.programs(steps)));
    return SetupPlan.script(steps, Set.copyOf(present.lines().toList()));
  }

  /** Said by the setup itself, so that it stands in the log that stays. */
  private static String secretsNote(TaskSpec task) {
    boolean withheld = !task.environment().secrets().isEmpty() && task.secretVersions().isEmpty();
    return withheld ? "echo 'The setup gets no secret: the commit is on no trusted ref.'; " : "";
  }

  private LogArtifact setUp(RepositoryCheckedOut fact, Box box, String script, Lease lease)
      throws IOException, InterruptedException {
    try (SetupSecrets secrets = SetupSecrets.open(fact.spec(), tools.vault(), tools.secrets());
        LogRecorder recorder =
            LogRecorder.open(target(lease, NAME), secrets.filter(), lease::log)) {
      Map<String, byte[]> values = secrets.values();
      PhaseResult result;
      try {
        result = run(phase(fact, script, values), box, recorder, lease);
      } finally {
        SetupSecrets.wipe(values);
      }
      LogArtifact log = recorder.finish();
      lease.recorded(log);
      requireSuccess(result, fact.spec().environment().limits(), recorder.lastLines());
      return log;
    }
  }

  private PhaseResult run(PhaseSpec phase, Box box, LogRecorder recorder, Lease lease)
      throws IOException, InterruptedException {
    try (Denials denials = new Denials(lease::progress);
        ProxySocket way =
            tools
                .proxy()
                .listen(tools.boxes().socket(box, SOCKET), new Policy.Everything(), denials::add)) {
      LOG.debug("{}: the setup may use {}", box.run(), way);
      lease.check();
      return work.run(box, phase, recorder.phase(phase.id())::accept);
    }
  }

  private PhaseSpec phase(RepositoryCheckedOut fact, String script, Map<String, byte[]> secrets) {
    EnvironmentSpec environment = fact.spec().environment();
    Duration limit = environment.limits().setup();
    try {
      return new PhaseSpec(
          "setup-" + fact.run().turn(),
          PhaseSpec.Kind.SETUP,
          script,
          CheckOutScript.worktree(fact.spec()),
          SetupVariables.of(environment),
          secrets,
          SOCKET,
          limit.compareTo(maxSetup) < 0 ? limit : maxSetup);
    } catch (IllegalArgumentException e) {
      throw new ErrandException(
          FailureCode.ENVIRONMENT_INVALID, "the setup cannot be run: " + e.getMessage(), e);
    }
  }

  private static void requireSuccess(
      PhaseResult result, EnvironmentSpec.Limits limits, List<String> lastLines) {
    if (result.outOfMemory()) {
      String message = "the setup used more than %,d MiB".formatted(limits.memoryBytes() >> 20);
      throw new ErrandException(new Failure(FailureCode.OUT_OF_MEMORY, message, lastLines), null);
    }
    if (result.timedOut()) {
      String message = "the setup was not done after %d s".formatted(limits.setup().toSeconds());
      throw new ErrandException(new Failure(FailureCode.SETUP_TIMED_OUT, message, lastLines), null);
    }
    if (result.exitCode() != 0) {
      String message = "the setup ended with exit code " + result.exitCode();
      throw new ErrandException(new Failure(FailureCode.SETUP_FAILED, message, lastLines), null);
    }
  }
}
