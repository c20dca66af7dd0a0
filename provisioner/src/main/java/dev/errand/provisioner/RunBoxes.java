package dev.errand.provisioner;

import dev.errand.cache.Ingredients;
import dev.errand.cache.Snapshot;
import dev.errand.provisioner.images.Pins;
import dev.errand.provisioner.snapshots.NodeCache;
import dev.errand.provisioner.snapshots.Start;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.BoxSpec;
import dev.errand.sandbox.BoxSpec.Prepared;
import dev.errand.sandbox.BoxSpec.ReadOnlyMount;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.Event;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.RunId;
import dev.errand.stage.Lease;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The boxes that runs have: what each is made of, and which is whose. */
final class RunBoxes {
  /** Where the box sees the mirror whose objects it borrows. */
  static final String MIRROR = "/errand/mirror.git";

  private final NodeTools tools;
  private final NodeCache cache;
  private final BoxWork work;
  private final InstantSource clock;

  RunBoxes(NodeTools tools, NodeCache cache, InstantSource clock) {
    this.tools = tools;
    this.cache = cache;
    this.work = new BoxWork(tools.boxes());
    this.clock = clock;
  }

  /** The box that the run's agent works in. */
  Box of(RunId run) {
    return work.of(run);
  }

  /** What shapes the container that the task needs. */
  Ingredients ingredients(TaskSpec task) {
    return Ingredients.of(task, tools.engine().imageId(task.environment().image()));
  }

  /**
   * The run's box, if it can be made at once: from the image where nothing is kept, or from what is
   * prepared. Empty when that must be prepared first.
   *
   * <p>USER failure: PIN_UNAVAILABLE.
   */
  Optional<Box> boxAtOnce(RunId run, TaskSpec task, Lease lease) throws InterruptedException {
    Optional<Box> claimed = own(run);
    if (claimed.isPresent()) {
      return claimed;
    }
    Ingredients wanted = ingredients(task);
    lease.check();
    return switch (cache.start(run, task.environment().id(), wanted)) {
      case Start.Uncached none -> Optional.of(fromImage(run, task));
      case Start.Hit hit -> Optional.of(thaw(run, task, hit.snapshot()));
      case Start.Build build -> Optional.empty();
      case Start.Join join -> Optional.empty();
    };
  }

  /** With nothing prepared; USER failure: PIN_UNAVAILABLE. */
  Box fromImage(RunId run, TaskSpec task) throws InterruptedException {
    Box box = tools.boxes().create(spec(BoxIds.of(run), task, null));
    requirePins(box, task.environment());
    return tools.boxes().claim(box, run);
  }

  /** Starts from what was prepared, and says so. */
  Box thaw(RunId run, TaskSpec task, Snapshot snapshot) throws InterruptedException {
    Prepared prepared = new Prepared(snapshot.box(), snapshot.fingerprint().value());
    BoxSpec spec = spec(BoxIds.of(run), task, prepared);
    Box box =
        cache
            .standby(run, spec)
            .orElseGet(() -> tools.boxes().claim(tools.boxes().create(spec), run));
    cache.used(snapshot, run);
    return box;
  }

  /** From the image where nothing is prepared. */
  BoxSpec spec(BoxId id, TaskSpec task, @Nullable Prepared prepared) throws InterruptedException {
    EnvironmentSpec environment = task.environment();
    Path mirror = tools.mirrors().directory(environment.repository());
    return new BoxSpec(
        id,
        tools.engine().imageId(environment.image()),
        environment.limits(),
        environment.id(),
        prepared,
        List.of(new ReadOnlyMount(mirror, MIRROR)));
  }

  /** The box that the run's agent works in: not the one that it prepares for itself and others. */
  Optional<Box> own(RunId run) {
    return tools.boxes().find(run).filter(box -> !box.id().equals(BoxIds.ofBuild(run)));
  }

  /** USER failure: PIN_UNAVAILABLE. */
  void requirePins(Box box, EnvironmentSpec environment) throws InterruptedException {
    if (!environment.pins().isEmpty()) {
      String offered = work.ask(box, "pins", Pins.PROBE);
      Pins.parse(offered).require(environment.image(), environment.pins());
    }
  }

  /** What a run that starts from what was prepared earlier is told. */
  String hit(Box box) {
    BoxId from = Objects.requireNonNull(box.prepared());
    return cache
        .find(from)
        .map(Snapshot::createdAt)
        .map(made -> "hit: snapshot %s old (%s, of %s)".formatted(age(made), from, made))
        .orElse("hit: snapshot " + from);
  }

  private String age(Instant made) {
    Duration age = Duration.between(made, clock.instant());
    if (age.toHours() > 0) {
      return age.toHours() + " h";
    }
    return age.toMinutes() > 0 ? age.toMinutes() + " min" : Math.max(0, age.toSeconds()) + " s";
  }

  /** Whether the run has no box of its own before its setup. */
  static boolean isLate(Event.OnNode fact) {
    return fact.box().equals(BoxIds.ofBuild(fact.run()));
  }
}
