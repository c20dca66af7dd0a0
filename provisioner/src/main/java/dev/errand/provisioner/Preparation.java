package dev.errand.provisioner;

import dev.errand.cache.Ingredients;
import dev.errand.cache.Snapshot;
import dev.errand.provisioner.images.Pins;
import dev.errand.provisioner.snapshots.NodeCache;
import dev.errand.provisioner.snapshots.Start;
import dev.errand.repositories.Resolved;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.BoxSpec;
import dev.errand.sandbox.BoxSpec.Prepared;
import dev.errand.sandbox.BoxSpec.ReadOnlyMount;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.Event.Progress;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.FailureKind;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Fingerprint;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RunId;
import dev.errand.stage.Lease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Boxes of runs, and what they start from. What is missing is prepared by the first run that needs
 * it, in a box that is frozen then; other runs wait for that. Everything may be repeated after a
 * crash: boxes are found by their names, phases by theirs.
 */
final class Preparation {
  private static final long LOOK_AGAIN_MILLIS = 200;

  /** Where the box sees the mirror whose objects it borrows. */
  static final String MIRROR = "/errand/mirror.git";

  private static final String HEAD = "build-head";

  private final NodeTools tools;
  private final NodeCache cache;
  private final Checkout checkout;
  private final BoxWork work;

  Preparation(NodeTools tools, NodeCache cache, Checkout checkout) {
    this.tools = tools;
    this.cache = cache;
    this.checkout = checkout;
    this.work = new BoxWork(tools.boxes());
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
      case Start.Uncached none -> {
        Box box = tools.boxes().create(spec(BoxIds.of(run), task, null));
        requirePins(box, task.environment());
        yield Optional.of(tools.boxes().claim(box, run));
      }
      case Start.Hit hit -> Optional.of(thaw(run, task, hit.snapshot()));
      case Start.Build build -> Optional.empty();
      case Start.Join join -> Optional.empty();
    };
  }

  private Box thaw(RunId run, TaskSpec task, Snapshot snapshot) throws InterruptedException {
    Prepared prepared = new Prepared(snapshot.box(), snapshot.fingerprint().value());
    BoxSpec spec = spec(BoxIds.of(run), task, prepared);
    Box box =
        cache
            .standby(run, spec)
            .orElseGet(() -> tools.boxes().claim(tools.boxes().create(spec), run));
    cache.used(snapshot, run);
    return box;
  }

  private BoxSpec spec(BoxId id, TaskSpec task, @Nullable Prepared prepared)
      throws InterruptedException {
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

  private void requirePins(Box box, EnvironmentSpec environment) throws InterruptedException {
    if (!environment.pins().isEmpty()) {
      String offered = work.ask(box, "pins", Pins.PROBE);
      Pins.parse(offered).require(environment.image(), environment.pins());
    }
  }

  /** Whether the run has no box of its own before its setup. */
  static boolean isLate(Event.OnNode fact) {
    return fact.box().equals(BoxIds.ofBuild(fact.run()));
  }

  /**
   * The box of a run that is late, with the task's commit checked out: prepares what it starts
   * from, or waits for the run that does.
   *
   * @return whether this run's setup has run, so that no maintenance is due
   */
  boolean prepare(SetupScripts.Job job, SetupScripts scripts)
      throws IOException, InterruptedException {
    Ingredients wanted = ingredients(job.task());
    Fingerprint fingerprint = wanted.fingerprint();
    boolean builder = Files.exists(job.lease().directory().resolve(HEAD));
    RunId joined = null;
    while (own(job.run()).isEmpty()) {
      job.lease().check();
      Optional<Snapshot> found = cache.find(fingerprint);
      if (found.isPresent()) {
        thaw(job.run(), job.task(), found.get());
        break;
      }
      if (joined != null && cache.builder(fingerprint).isEmpty()) {
        throwFailureOf(joined, fingerprint);
      }
      switch (cache.start(job.run(), job.task().environment().id(), wanted)) {
        case Start.Build build -> {
          builder = true;
          build(job, scripts, wanted, build.why());
        }
        case Start.Join join -> {
          if (joined == null) {
            scripts.note("join", "waits for what %s prepares".formatted(join.builder()));
          }
          joined = join.builder();
          TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
        case Start.Hit hit -> {} // the next look takes it
        case Start.Uncached none -> setUpAlone(job, scripts); // since the run was placed
      }
    }
    Box box = work.of(job.run());
    if (box.prepared() == null) {
      setUpAlone(job, scripts);
      return true;
    }
    checkout.run(job.run(), job.task(), Checkout.Target.of(job.task()), box, job.lease());
    return builder;
  }

  /**
   * In a box of its own, at the task's commit, for this run alone: nothing else can be prepared.
   */
  private void setUpAlone(SetupScripts.Job job, SetupScripts scripts)
      throws IOException, InterruptedException {
    TaskSpec task = job.task();
    Box image = tools.boxes().create(spec(BoxIds.of(job.run()), task, null));
    requirePins(image, task.environment());
    Box box = tools.boxes().claim(image, job.run());
    checkout.run(job.run(), task, Checkout.Target.of(task), box, job.lease());
    scripts.setUp(box, task.commit());
  }

  /** The setup that others wait for has failed by its own doing: theirs would as well. */
  private void throwFailureOf(RunId builder, Fingerprint fingerprint) {
    Optional<Failure> known = cache.failureOf(fingerprint);
    if (known.isPresent()) {
      Failure failure = known.get();
      String message =
          "%s prepared it for this attempt too: %s".formatted(builder, failure.message());
      throw new ErrandException(new Failure(failure.code(), message, failure.lastLines()), null);
    }
  }

  private void build(SetupScripts.Job job, SetupScripts scripts, Ingredients wanted, String why)
      throws IOException, InterruptedException {
    TaskSpec task = job.task();
    try {
      Optional<Checkout.Target> found = head(job);
      if (found.isEmpty()) {
        cache.giveUp(wanted.fingerprint(), job.run());
        setUpAlone(job, scripts);
        return;
      }
      Checkout.Target head = found.get();
      scripts.note("miss", "miss: %s; prepared from %s".formatted(why, head.commit()));
      BoxId id = BoxIds.ofBuild(job.run());
      if (!cache.isFrozen(id)) { // else we have died between freezing it and saying so
        Box box = tools.boxes().claim(tools.boxes().create(spec(id, task, null)), job.run());
        requirePins(box, task.environment());
        checkout.run(job.run(), task, head, box, job.lease());
        scripts.setUp(box, head.commit());
        scripts.warnOfSecrets(box, begun(job));
        job.lease().check();
        cache.freeze(box);
      }
      cache.created(id, job.run(), task.environment().id(), wanted, head.commit());
    } catch (ErrandException failed) {
      if (failed.failure().code().kind() == FailureKind.USER) {
        cache.failed(wanted.fingerprint(), job.run(), failed.failure());
      }
      throw failed;
    }
  }

  /** Before the box was made. */
  private static Instant begun(SetupScripts.Job job) throws IOException {
    return Files.getLastModifiedTime(job.lease().directory().resolve(HEAD)).toInstant();
  }

  /**
   * The head of the environment's branch when the build began: the same after a restart. Empty when
   * there is no such branch, as a task may name another.
   */
  private Optional<Checkout.Target> head(SetupScripts.Job job)
      throws IOException, InterruptedException {
    Path note = job.lease().directory().resolve(HEAD);
    if (Files.exists(note)) {
      String[] words = Files.readString(note).split(" ", 2);
      return Optional.of(new Checkout.Target(new RefName(words[1]), new CommitSha(words[0])));
    }
    EnvironmentSpec environment = job.task().environment();
    Resolved resolved;
    try {
      resolved = tools.mirrors().resolve(environment.repository(), environment.branch());
    } catch (ErrandException missing) {
      if (missing.failure().code() == FailureCode.REF_NOT_FOUND) {
        return Optional.empty();
      }
      throw missing;
    }
    Path draft = note.resolveSibling(HEAD + ".new");
    Files.createDirectories(note.getParent());
    Files.writeString(draft, resolved.commit() + " " + resolved.branch());
    Files.move(draft, note, StandardCopyOption.ATOMIC_MOVE);
    job.lease().progress(new Progress.Noticed("preparing from the head of " + resolved.branch()));
    return Optional.of(new Checkout.Target(resolved.branch(), resolved.commit()));
  }
}
