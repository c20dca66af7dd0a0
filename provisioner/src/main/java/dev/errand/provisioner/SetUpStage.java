package dev.errand.provisioner;

import dev.errand.artifacts.DiskFailure;
import dev.errand.artifacts.LogFilter;
import dev.errand.artifacts.LogRecorder;
import dev.errand.provisioner.turns.EarlierDiff;
import dev.errand.provisioner.turns.KeptBoxes;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.PhaseResult;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.EnvironmentPrepared;
import dev.errand.schemas.Event.RepositoryCheckedOut;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Patch;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.StageName;
import dev.errand.stage.Lease;
import dev.errand.stage.Stage;
import dev.errand.stage.StageSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Has the run's box set up: by the setup script, in this box or in one that is kept for later runs;
 * or by the maintenance script, in a box that starts from what was prepared. A follow-up's has the
 * attempt's diff after that; one that was kept has all of it already.
 *
 * <p>USER failures: those of {@link SetupScripts} and {@link Checkout}.
 */
final class SetUpStage implements Stage<RepositoryCheckedOut, EnvironmentPrepared> {
  static final StageName NAME = new StageName("setup");

  private static final String KEPT = "kept: goes on in the container of the turn before\n";

  private final NodeTools tools;
  private final Preparation preparation;
  private final KeptBoxes kept;
  private final EarlierDiff earlier;
  private final Duration checkoutTimeout;
  private final Duration maxSetup;

  SetUpStage(
      NodeTools tools, Preparation preparation, KeptBoxes kept, ProvisionerSettings settings) {
    this.tools = tools;
    this.preparation = preparation;
    this.kept = kept;
    this.earlier = new EarlierDiff(tools.boxes(), tools.artifacts());
    this.checkoutTimeout = settings.checkoutTimeout();
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
        maxSetup.multipliedBy(2).plus(Duration.ofMinutes(30))); // another run's, and its own
  }

  @Override
  public EnvironmentPrepared process(RepositoryCheckedOut fact, Lease lease)
      throws InterruptedException {
    if (fact.turn().kept()) {
      return kept(fact, lease);
    }
    SetupScripts.Job job = new SetupScripts.Job(fact.run(), fact.spec(), lease);
    try (SetupScripts scripts = SetupScripts.open(tools, job, maxSetup)) {
      boolean setUp = Preparation.isLate(fact) && preparation.prepare(job, scripts);
      Box box = new BoxWork(tools.boxes()).of(fact.run());
      if (!setUp && box.prepared() == null) {
        scripts.setUp(box, fact.head());
      } else if (!setUp) {
        scripts.note("hit", "hit: starts from the snapshot %s".formatted(box.prepared()));
        scripts.maintain(box);
      }
      Patch patch = fact.turn().patch();
      if (patch != null) {
        apply(patch, job, box, scripts);
      }
      return new EnvironmentPrepared(
          fact.run(), fact.node(), box.id(), fact.turn().prompt(), fact.spec(), scripts.finish());
    } catch (ErrandException e) {
      kept.makeRoomAfter(e);
      throw e;
    } catch (IOException e) {
      throw DiskFailure.of("keep the setup's log", e);
    }
  }

  /** After all scripts: nothing that an agent wrote may run while there are secrets. */
  private void apply(Patch patch, SetupScripts.Job job, Box box, SetupScripts scripts)
      throws IOException, InterruptedException {
    int before = job.run().turn() - 1;
    scripts.note("earlier", "goes on from the diff of turn %d".formatted(before));
    if (patch.bytes() == 0) {
      return;
    }
    String worktree = CheckOutScript.worktree(job.task());
    earlier.place(patch, box);
    job.lease().check();
    PhaseResult result =
        scripts.run(
            box,
            EarlierDiff.phase(job.run(), patch, worktree, Preparation.MIRROR, checkoutTimeout));
    earlier.remove(box);
    if (result.exitCode() != 0) {
      String message = "the diff of turn %d could not be applied".formatted(before);
      throw new ErrandException(
          new Failure(FailureCode.CHECKOUT_FAILED, message, scripts.lastLines()), null);
    }
  }

  /** No script runs where an agent has been: scripts have secrets, and the internet. */
  private EnvironmentPrepared kept(RepositoryCheckedOut fact, Lease lease) {
    try (LogRecorder log =
        LogRecorder.open(
            new LogRecorder.Target(lease.directory(), NAME, tools.artifacts()),
            LogFilter.none(),
            lease::log)) {
      log.phase("kept").accept(0, KEPT.getBytes(StandardCharsets.UTF_8));
      return new EnvironmentPrepared(
          fact.run(),
          fact.node(),
          fact.box(),
          fact.turn().prompt(),
          fact.spec(),
          List.of(log.finish()));
    } catch (IOException e) {
      throw DiskFailure.of("keep the setup's log", e);
    }
  }
}
