package dev.errand.provisioner;

import dev.errand.artifacts.DiskFailure;
import dev.errand.sandbox.Box;
import dev.errand.schemas.Event.EnvironmentPrepared;
import dev.errand.schemas.Event.RepositoryCheckedOut;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.StageName;
import dev.errand.stage.Lease;
import dev.errand.stage.Stage;
import dev.errand.stage.StageSpec;
import java.io.IOException;
import java.time.Duration;

/**
 * Has the run's box set up: by the setup script, in this box or in one that is kept for later runs;
 * or by the maintenance script, in a box that starts from what was prepared.
 *
 * <p>USER failures: those of {@link SetupScripts} and {@link Checkout}.
 */
final class SetUpStage implements Stage<RepositoryCheckedOut, EnvironmentPrepared> {
  static final StageName NAME = new StageName("setup");

  private final NodeTools tools;
  private final Preparation preparation;
  private final Duration maxSetup;

  SetUpStage(NodeTools tools, Preparation preparation, ProvisionerSettings settings) {
    this.tools = tools;
    this.preparation = preparation;
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
      return new EnvironmentPrepared(
          fact.run(), fact.node(), box.id(), fact.turn().prompt(), fact.spec(), scripts.finish());
    } catch (IOException e) {
      throw DiskFailure.of("keep the setup's log", e);
    }
  }
}
