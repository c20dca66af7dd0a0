package dev.errand.provisioner;

import dev.errand.provisioner.images.Images;
import dev.errand.provisioner.turns.KeptBoxes;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.Engine;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.AttemptSubmitted;
import dev.errand.schemas.Event.ContainerCreated;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.StageName;
import dev.errand.stage.Lease;
import dev.errand.stage.Stage;
import dev.errand.stage.StageHost;
import dev.errand.stage.StageSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Takes a run to this node and gives it a box of its own: started, waiting, with the repository's
 * mirror mounted, unless what the box starts from must be prepared first. The box's name is the
 * run's and its id is derived from the run, so a repetition finds what the first call made. A
 * follow-up gets the box of the turn before, if that is kept here.
 *
 * <p>USER failures: IMAGE_REFUSED, IMAGE_NOT_FOUND, PIN_UNAVAILABLE.
 */
final class CreateContainerStage implements Stage<AttemptSubmitted, ContainerCreated> {
  static final StageName NAME = new StageName("container");

  /** The longest pull of an image (the engine's own limit), and room for a slow engine. */
  private static final Duration TIMEOUT = Duration.ofHours(2);

  private final NodeName node;
  private final Placement placement;
  private final Engine engine;
  private final Preparation preparation;
  private final KeptBoxes kept;
  private final Images images;
  private final int slots;

  CreateContainerStage(
      StageHost host,
      NodeTools tools,
      Preparation preparation,
      KeptBoxes kept,
      ProvisionerSettings settings) {
    this.node = host.node();
    this.placement = new Placement(host);
    this.engine = tools.engine();
    this.preparation = preparation;
    this.kept = kept;
    this.images = new Images(tools.engine(), settings.registries().orElse(List.of()));
    this.slots = settings.createSlots();
  }

  @Override
  public StageSpec<AttemptSubmitted, ContainerCreated> spec() {
    return new StageSpec<>(
        NAME,
        Topic.ATTEMPTS_SUBMITTED,
        Topic.CONTAINER_CREATED,
        AttemptSubmitted.class,
        slots,
        TIMEOUT);
  }

  @Override
  public ContainerCreated process(AttemptSubmitted fact, Lease lease) throws InterruptedException {
    NodeName only = fact.node();
    if (only != null && !only.equals(node)) {
      throw new ErrandException(
          FailureCode.NODE_LOST, "the run is for the node %s alone".formatted(only));
    }
    lease.check();
    engine.requireAnswer(); // before the run is ours: another node may have an engine
    placement.own(fact.run(), lease);
    lease.check();
    Optional<Box> earlier = kept.take(fact.run());
    if (earlier.isPresent()) {
      return new ContainerCreated(
          fact.run(), node, earlier.get().id(), fact.turn().in(true), fact.spec());
    }
    EnvironmentSpec environment = fact.spec().environment();
    images.ensure(environment.image(), lease::progress);
    try {
      BoxId box =
          preparation
              .boxAtOnce(fact.run(), fact.spec(), lease)
              .map(Box::id)
              .orElse(BoxIds.ofBuild(fact.run())); // it has none of its own yet
      kept.makeRoomSoon();
      return new ContainerCreated(fact.run(), node, box, fact.turn(), fact.spec());
    } catch (ErrandException e) {
      kept.makeRoomAfter(e);
      throw e;
    }
  }
}
