package dev.errand.provisioner;

import dev.errand.schemas.Event.ContainerCreated;
import dev.errand.schemas.Event.RepositoryCheckedOut;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.StageName;
import dev.errand.stage.Lease;
import dev.errand.stage.Stage;
import dev.errand.stage.StageSpec;
import java.time.Duration;

/**
 * Has the task's commit in the node's mirror and checks it out in the run's box, if it has one
 * already: what it starts from may be prepared first. A box that was kept has it from its first
 * turn.
 *
 * <p>USER failures: those of {@link Checkout}.
 */
final class CheckOutStage implements Stage<ContainerCreated, RepositoryCheckedOut> {
  static final StageName NAME = new StageName("checkout");

  private final BoxWork work;
  private final Checkout checkout;
  private final ProvisionerSettings settings;

  CheckOutStage(NodeTools tools, Checkout checkout, ProvisionerSettings settings) {
    this.work = new BoxWork(tools.boxes());
    this.checkout = checkout;
    this.settings = settings;
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
    Checkout.Target target = Checkout.Target.of(task);
    if (fact.turn().kept()) {
      lease.check(); // the tree is the last turn's, and stays
    } else if (Preparation.isLate(fact)) {
      checkout.fetch(task.environment().repository(), target, lease);
    } else {
      checkout.run(fact.run(), task, target, work.of(fact.run()), lease);
    }
    return new RepositoryCheckedOut(
        fact.run(), fact.node(), fact.box(), fact.turn(), task, task.commit());
  }
}
