package dev.errand.provisioner;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.errand.artifacts.LogFilter;
import dev.errand.artifacts.LogRecorder;
import dev.errand.egress.Denials;
import dev.errand.egress.Policy;
import dev.errand.egress.ProxySocket;
import dev.errand.provisioner.detection.SetupDetector;
import dev.errand.provisioner.detection.SetupPlan;
import dev.errand.provisioner.detection.SetupStep;
import dev.errand.provisioner.setup.SetupSecrets;
import dev.errand.provisioner.setup.SetupVariables;
import dev.errand.repositories.Mirrors;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.PhaseResult;
import dev.errand.sandbox.PhaseSpec;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.LogArtifact;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import dev.errand.stage.Lease;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scripts of one run's setup stage and their common log: with the internet, the variables and
 * the secrets that admission has granted. Each line that fails ends its script. Used by one thread.
 *
 * <p>USER failures: SETUP_FAILED, SETUP_TIMED_OUT, OUT_OF_MEMORY, SECRET_MISSING,
 * ENVIRONMENT_INVALID.
 */
final class SetupScripts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SetupScripts.class);
  private static final String SOCKET = "setup.sock";

  /** On the first line, so that bash's messages count the lines as the author does. */
  private static final String STRICT = "set -e; ";

  /** A variable on Linux holds no more. */
  private static final int MAX_FORMS_BYTES = 100_000;

  private static final Duration SCAN_TIME = Duration.ofMinutes(5);

  /** The patterns lie in memory, which the phase's end takes away. */
  private static final String SCAN =
      """
      umask 077
      forms=/dev/shm/errand-forms
      printf '%s\\n' "$FORMS" > "$forms"
      find / -xdev -type f -newerct "@$SINCE" -print0 2>/dev/null |
        xargs -0 -r grep -lFa -f "$forms" -- 2>/dev/null | head -n 20 |
        while IFS= read -r file; do
          echo "warning: $file holds the value of a secret, and the agent can read it"
        done
      rm -f "$forms"
      """;

  private final NodeTools tools;
  private final BoxWork work;
  private final RunId run;
  private final TaskSpec task;
  private final Lease lease;
  private final Duration maxSetup;
  private final SetupSecrets secrets;
  private final LogRecorder recorder;
  private boolean written;

  private SetupScripts(
      NodeTools tools, Job job, Duration maxSetup, SetupSecrets secrets, LogRecorder recorder) {
    this.tools = tools;
    this.work = new BoxWork(tools.boxes());
    this.run = job.run();
    this.task = job.task();
    this.lease = job.lease();
    this.maxSetup = maxSetup;
    this.secrets = secrets;
    this.recorder = recorder;
  }

  /** Whose setup it is. */
  record Job(RunId run, TaskSpec task, Lease lease) {}

  /**
   * Opens the stage's log, or goes on with it.
   *
   * @throws IOException when the disk refuses
   */
  static SetupScripts open(NodeTools tools, Job job, Duration maxSetup)
      throws IOException, InterruptedException {
    SetupSecrets secrets = SetupSecrets.open(job.task(), tools.vault(), tools.secrets());
    boolean opened = false;
    try {
      LogRecorder recorder =
          LogRecorder.open(
              target(tools, job.lease(), SetUpStage.NAME), secrets.filter(), job.lease()::log);
      opened = true;
      return new SetupScripts(tools, job, maxSetup, secrets, recorder);
    } finally {
      if (!opened) {
        secrets.close();
      }
    }
  }

  private static LogRecorder.Target target(NodeTools tools, Lease lease, StageName stage) {
    return new LogRecorder.Target(lease.directory(), stage, tools.artifacts());
  }

  /**
   * A line of ours in the log that stays; the same text whoever repeats it.
   *
   * @param id of this line in the stage
   */
  void note(String id, String line) throws IOException {
    written = true;
    recorder.phase(id).accept(0, (line + "\n").getBytes(UTF_8));
  }

  /** The environment's setup script, or the one that the repository's files ask for. */
  void setUp(Box box, CommitSha head) throws IOException, InterruptedException {
    String script = script(box, head);
    if (!script.isBlank()) {
      run("setup", box, secretsNote() + script);
    }
  }

  /** The environment's maintenance script, in what was prepared earlier. */
  void maintain(Box box) throws IOException, InterruptedException {
    String script = task.environment().maintenance();
    if (!script.isBlank()) {
      run("maintenance", box, secretsNote() + script);
    }
  }

  /**
   * Names the files that have been written since and that hold a secret's value, in the log: every
   * agent that starts from this box could read it there. What a hostile setup hides is not found.
   */
  void warnOfSecrets(Box box, Instant since) throws IOException, InterruptedException {
    byte[] forms = secrets.forms();
    try {
      if (forms.length > 0 && forms.length <= MAX_FORMS_BYTES) {
        PhaseSpec look =
            new PhaseSpec(
                "scan-" + run.turn(),
                PhaseSpec.Kind.SETUP,
                SCAN,
                "/",
                Map.of("SINCE", Long.toString(since.getEpochSecond())),
                Map.of("FORMS", forms),
                null,
                SCAN_TIME);
        run(box, look);
      }
    } finally {
      Arrays.fill(forms, (byte) 0);
    }
  }

  /** Runs a phase that is no script of the environment's, with its output in the same log. */
  PhaseResult run(Box box, PhaseSpec phase) throws IOException, InterruptedException {
    written = true;
    return work.run(box, phase, recorder.phase(box.id() + "-" + phase.id())::accept);
  }

  /** What the log ends with. */
  List<String> lastLines() {
    return recorder.lastLines();
  }

  /** The logs of the checkout, whose stage has no fact for its own, and of the setup. */
  List<LogArtifact> finish() throws IOException {
    List<LogArtifact> logs = new ArrayList<>();
    try (LogRecorder checkout =
        LogRecorder.open(
            target(tools, lease, CheckOutStage.NAME), LogFilter.none(), (offset, data) -> {})) {
      logs.add(checkout.finish());
    }
    if (written || !recorder.isEmpty()) { // a restart goes on behind what it was told already
      logs.add(recorder.finish());
    }
    logs.forEach(lease::recorded);
    return List.copyOf(logs);
  }

  /** Decided from the mirror's files, never from what a container has written. */
  private String script(Box box, CommitSha head) throws InterruptedException {
    EnvironmentSpec environment = task.environment();
    if (!environment.setup().strip().equals(EnvironmentSpec.AUTO)) {
      return environment.setup();
    }
    Mirrors mirrors = tools.mirrors();
    RepositoryUrl url = environment.repository();
    Set<String> names = new HashSet<>(mirrors.rootNames(url, head));
    String pyproject =
        names.contains("pyproject.toml")
            ? mirrors.file(url, head, "pyproject.toml").orElse("")
            : "";
    List<SetupStep> steps = SetupDetector.detect(names, pyproject);
    if (steps.isEmpty()) {
      return "";
    }
    String present = work.ask(box, "tools", SetupPlan.probe(SetupPlan.programs(steps)));
    return SetupPlan.script(steps, Set.copyOf(present.lines().toList()));
  }

  /** Said by the setup itself, so that it stands in the log that stays. */
  private String secretsNote() {
    boolean withheld = !task.environment().secrets().isEmpty() && task.secretVersions().isEmpty();
    return withheld ? "echo 'The setup gets no secret: the commit is on no trusted ref.'; " : "";
  }

  private void run(String name, Box box, String script) throws IOException, InterruptedException {
    written = true;
    Map<String, byte[]> values = secrets.values();
    PhaseResult result;
    try {
      result = watch(box, phase(name, STRICT + script, values));
    } finally {
      SetupSecrets.wipe(values);
    }
    if (result.exitCode() != 0 || result.outOfMemory() || result.timedOut()) {
      finish();
      throw new ErrandException(failure(name, result), null);
    }
  }

  private PhaseResult watch(Box box, PhaseSpec phase) throws IOException, InterruptedException {
    try (Denials denials = new Denials(lease::progress);
        ProxySocket way =
            tools
                .proxy()
                .listen(tools.boxes().socket(box, SOCKET), new Policy.Everything(), denials::add)) {
      LOG.debug("{}: the setup may use {}", box.id(), way);
      lease.check();
      return run(box, phase);
    }
  }

  private PhaseSpec phase(String name, String script, Map<String, byte[]> values) {
    EnvironmentSpec environment = task.environment();
    Duration limit = environment.limits().setup();
    try {
      return new PhaseSpec(
          name + "-" + run.turn(),
          PhaseSpec.Kind.SETUP,
          script,
          CheckOutScript.worktree(task),
          SetupVariables.of(environment),
          values,
          SOCKET,
          limit.compareTo(maxSetup) < 0 ? limit : maxSetup);
    } catch (IllegalArgumentException e) {
      throw new ErrandException(
          FailureCode.ENVIRONMENT_INVALID, "the %s cannot be run: %s".formatted(name, e), e);
    }
  }

  private Failure failure(String name, PhaseResult result) {
    EnvironmentSpec.Limits limits = task.environment().limits();
    if (result.outOfMemory()) {
      String message = "the %s used more than %,d MiB".formatted(name, limits.memoryBytes() >> 20);
      return new Failure(FailureCode.OUT_OF_MEMORY, message, recorder.lastLines());
    }
    if (result.timedOut()) {
      String message = "the %s was not done after %d s".formatted(name, limits.setup().toSeconds());
      return new Failure(FailureCode.SETUP_TIMED_OUT, message, recorder.lastLines());
    }
    String message = "the %s ended with exit code %d".formatted(name, result.exitCode());
    return new Failure(FailureCode.SETUP_FAILED, message, recorder.lastLines());
  }

  @Override
  public void close() throws IOException {
    secrets.close();
    recorder.close();
  }
}
