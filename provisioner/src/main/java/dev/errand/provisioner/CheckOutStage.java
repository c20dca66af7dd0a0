package dev.errand.provisioner;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.artifacts.DiskFailure;
import dev.errand.artifacts.LogFilter;
import dev.errand.artifacts.LogRecorder;
import dev.errand.repositories.Mirrors;
import dev.errand.repositories.Submodule;
import dev.errand.sandbox.PhaseResult;
import dev.errand.sandbox.PhaseSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.ContainerCreated;
import dev.errand.schemas.Event.Progress;
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
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Brings the task's commit, its submodules and what Git LFS keeps for them into the node's mirror,
 * and checks it out in the run's box.
 *
 * <p>USER failures: CHECKOUT_FAILED, OUT_OF_MEMORY, and those of {@link Mirrors#fetch}.
 */
final class CheckOutStage implements Stage<ContainerCreated, RepositoryCheckedOut> {
  static final StageName NAME = new StageName("checkout");

  private final Mirrors mirrors;
  private final BoxWork work;
  private final ArtifactStore artifacts;
  private final ProvisionerSettings settings;
  private final InstantSource clock;

  CheckOutStage(NodeTools tools, ProvisionerSettings settings, InstantSource clock) {
    this.mirrors = tools.mirrors();
    this.work = new BoxWork(tools.boxes());
    this.artifacts = tools.artifacts();
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public StageSpec<ContainerCreated, RepositoryCheckedOut> spec() {
    // Each submodule's transfer has its own end; this is for the odd one that has many slow ones.
    Duration timeout = settings.checkoutTimeout().plus(Duration.ofHours(2));
    return new StageSpec<>(
        NAME,
        Topic.CONTAINER_CREATED,
        Topic.CHECKED_OUT,
        ContainerCreated.class,
        settings.checkoutSlots(),
        timeout);
  }

  @Override
  public RepositoryCheckedOut process(ContainerCreated fact, Lease lease)
      throws InterruptedException {
    TaskSpec task = fact.spec();
    RepositoryUrl url = task.environment().repository();
    SlowNews news = new SlowNews(clock, lease::progress);
    mirrors.fetch(url, task.branch(), task.commit(), news::line);
    List<Submodule> submodules = mirrors.submodules(url, task.commit(), news::line);
    for (String pointers : mirrors.contents(url, task.commit(), submodules, news::line)) {
      lease.progress(new Progress.Noticed(pointers));
    }
    lease.check();
    try (LogRecorder recorder =
        LogRecorder.open(
            new LogRecorder.Target(lease.directory(), NAME, artifacts),
            LogFilter.none(),
            lease::log)) {
      PhaseSpec phase = phase(fact, submodules);
      PhaseResult result = work.run(work.of(fact.run()), phase, recorder.phase(phase.id())::accept);
      if (result.exitCode() != 0) {
        lease.recorded(recorder.finish());
        throw failure(result, recorder.lastLines());
      }
    } catch (IOException e) {
      throw DiskFailure.of("keep the checkout's log", e);
    }
    return new RepositoryCheckedOut(
        fact.run(), fact.node(), fact.box(), fact.prompt(), task, task.commit());
  }

  private PhaseSpec phase(ContainerCreated fact, List<Submodule> submodules) {
    return new PhaseSpec(
        "checkout-" + fact.run().turn(),
        PhaseSpec.Kind.CHECKOUT,
        CheckOutScript.of(submodules),
        CheckOutScript.worktree(fact.spec()),
        CheckOutScript.variables(fact.spec()),
        Map.of(),
        null,
        settings.checkoutTimeout());
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
