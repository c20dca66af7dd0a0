package dev.errand.provisioner;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.artifacts.DiskFailure;
import dev.errand.artifacts.LogFilter;
import dev.errand.artifacts.LogRecorder;
import dev.errand.repositories.Mirrors;
import dev.errand.repositories.Submodule;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.PhaseResult;
import dev.errand.sandbox.PhaseSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.Progress;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.RunId;
import dev.errand.stage.Lease;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Brings a commit, its submodules and what Git LFS keeps for them into the node's mirror, and
 * checks it out in a box.
 *
 * <p>USER failures: CHECKOUT_FAILED, OUT_OF_MEMORY, and those of {@link Mirrors#fetch}.
 */
final class Checkout {
  private final Mirrors mirrors;
  private final BoxWork work;
  private final ArtifactStore artifacts;
  private final Duration timeout;
  private final InstantSource clock;

  Checkout(NodeTools tools, ProvisionerSettings settings, InstantSource clock) {
    this.mirrors = tools.mirrors();
    this.work = new BoxWork(tools.boxes());
    this.artifacts = tools.artifacts();
    this.timeout = settings.checkoutTimeout();
    this.clock = clock;
  }

  /**
   * What is checked out.
   *
   * @param branch the reference that was resolved
   */
  record Target(RefName branch, CommitSha commit) {
    static Target of(TaskSpec task) {
      return new Target(task.branch(), task.commit());
    }
  }

  /** Has the commit in the mirror when it returns, with all that it refers to. */
  List<Submodule> fetch(RepositoryUrl url, Target target, Lease lease) throws InterruptedException {
    SlowNews news = new SlowNews(clock, lease::progress);
    mirrors.fetch(url, target.branch(), target.commit(), news::line);
    List<Submodule> submodules = mirrors.submodules(url, target.commit(), news::line);
    for (String pointers : mirrors.contents(url, target.commit(), submodules, news::line)) {
      lease.progress(new Progress.Noticed(pointers));
    }
    return submodules;
  }

  /** Fetches, and has the commit checked out in the box; repeating it there changes nothing. */
  void run(RunId run, TaskSpec task, Target target, Box box, Lease lease)
      throws InterruptedException {
    List<Submodule> submodules = fetch(task.environment().repository(), target, lease);
    lease.check();
    try (LogRecorder recorder =
        LogRecorder.open(
            new LogRecorder.Target(lease.directory(), CheckOutStage.NAME, artifacts),
            LogFilter.none(),
            lease::log)) {
      PhaseSpec phase = phase(run, task, target, submodules);
      PhaseResult result =
          work.run(box, phase, recorder.phase(box.id() + "-" + phase.id())::accept);
      if (result.exitCode() != 0) {
        lease.recorded(recorder.finish());
        throw failure(result, recorder.lastLines());
      }
    } catch (IOException e) {
      throw DiskFailure.of("keep the checkout's log", e);
    }
  }

  private PhaseSpec phase(RunId run, TaskSpec task, Target target, List<Submodule> submodules) {
    return new PhaseSpec(
        "checkout-" + run.turn(),
        PhaseSpec.Kind.CHECKOUT,
        CheckOutScript.of(submodules),
        CheckOutScript.worktree(task),
        CheckOutScript.variables(task, target),
        Map.of(),
        null,
        timeout);
  }

  private static ErrandException failure(PhaseResult result, List<String> lastLines) {
    if (result.outOfMemory()) {
      String message = "the checkout needs more memory than the environment allows";
      return new ErrandException(new Failure(FailureCode.OUT_OF_MEMORY, message, lastLines), null);
    }
    String message =
        result.timedOut()
            ? "the checkout took too long"
            : "the checkout ended with exit code " + result.exitCode();
    return new ErrandException(new Failure(FailureCode.CHECKOUT_FAILED, message, lastLines), null);
  }
}
