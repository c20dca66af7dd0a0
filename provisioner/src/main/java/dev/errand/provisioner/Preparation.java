package dev.errand.provisioner;

import dev.errand.cache.Ingredients;
import dev.errand.cache.Snapshot;
import dev.errand.provisioner.snapshots.NodeCache;
import dev.errand.provisioner.snapshots.Start;
import dev.errand.repositories.Resolved;
import dev.errand.sandbox.Box;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.Progress;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.FailureKind;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Fingerprint;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What runs start from. What is missing is prepared by the first run that needs it, in a box that
 * is frozen then; other runs wait for that. Everything may be repeated after a crash: boxes are
 * found by their names, phases by theirs.
 */
final class Preparation {
  private static final long LOOK_AGAIN_MILLIS = 200;
  private static final String HEAD = "build-head";

  private final NodeTools tools;
  private final NodeCache cache;
  private final Checkout checkout;
  private final RunBoxes runs;

  Preparation(NodeTools tools, NodeCache cache, Checkout checkout, RunBoxes runs) {
    this.tools = tools;
    this.cache = cache;
    this.checkout = checkout;
    this.runs = runs;
  }

  /**
   * The box of a run that is late, with the task's commit checked out: prepares what it starts
   * from, or waits for the run that does.
   *
   * @return whether this run's setup has run, so that no maintenance is due
   */
  boolean prepare(SetupScripts.Job job, SetupScripts scripts)
      throws IOException, InterruptedException {
    Ingredients wanted = runs.ingredients(job.task());
    Fingerprint fingerprint = wanted.fingerprint();
    boolean builder = Files.exists(job.lease().directory().resolve(HEAD));
    RunId joined = null;
    while (runs.own(job.run()).isEmpty()) {
      job.lease().check();
      Optional<Snapshot> found = cache.find(fingerprint);
      if (found.isPresent()) {
        runs.thaw(job.run(), job.task(), found.get());
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
    Box box = runs.of(job.run());
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
    Optional<Box> own = runs.own(job.run());
    Box box = own.isPresent() ? own.get() : runs.fromImage(job.run(), task);
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
        Box box = tools.boxes().claim(tools.boxes().create(runs.spec(id, task, null)), job.run());
        runs.requirePins(box, task.environment());
        checkout.run(job.run(), task, head, box, job.lease());
        scripts.setUp(box, head.commit());
        scripts.warnOfSecrets(box, begun(job));
        job.lease().check();
        if (!freeze(box, scripts)) {
          cache.giveUp(wanted.fingerprint(), job.run());
          setUpAlone(job, scripts);
          return;
        }
      }
      cache.created(id, job.run(), task.environment().id(), wanted, head.commit());
    } catch (ErrandException failed) {
      if (failed.failure().code().kind() == FailureKind.USER) {
        cache.failed(wanted.fingerprint(), job.run(), failed.failure());
      }
      throw failed;
    }
  }

  /** False when the disk has no room for it: the task goes on without. */
  private boolean freeze(Box box, SetupScripts scripts) throws IOException {
    try {
      cache.freeze(box);
      return true;
    } catch (ErrandException full) {
      if (full.failure().code() != FailureCode.DISK_FULL) {
        throw full;
      }
      scripts.note("full", "not kept for later tasks: %s".formatted(full.failure().message()));
      return false;
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
    Resolved resolved;
    try {
      resolved = resolve(job.task());
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

  /**
   * The environment's branch; but no setup sees secrets at a commit that no trusted reference leads
   * to, so such a branch gives way to the first that is trusted.
   */
  private Resolved resolve(TaskSpec task) throws InterruptedException {
    EnvironmentSpec environment = task.environment();
    RepositoryUrl url = environment.repository();
    Resolved head = tools.mirrors().resolve(url, environment.branch());
    if (task.secretVersions().isEmpty()) {
      return head;
    }
    RefName byDefault = head.defaultBranch();
    List<RefName> trusted = environment.trustedRefs();
    if (trusted.isEmpty() && byDefault != null) {
      trusted = List.of(byDefault);
    }
    for (RefName ref : trusted) {
      if (tools.mirrors().leadsTo(url, ref, head.commit())) {
        return head;
      }
    }
    return tools.mirrors().resolve(url, trusted.isEmpty() ? null : trusted.getFirst());
  }
}
