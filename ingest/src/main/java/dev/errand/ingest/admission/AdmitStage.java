package dev.errand.ingest.admission;

import dev.errand.artifacts.DiskReserve;
import dev.errand.ingest.access.Caller;
import dev.errand.ingest.access.InboxSignatures;
import dev.errand.ingest.access.Operation;
import dev.errand.ingest.environments.EnvironmentRegistry;
import dev.errand.ingest.environments.SecretRegistry;
import dev.errand.ingest.tasks.TaskRules;
import dev.errand.repositories.Mirrors;
import dev.errand.repositories.Resolved;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.TaskRequested;
import dev.errand.schemas.Event.TaskResolved;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.FailureKind;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.SecretName;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.ids.TaskId;
import dev.errand.stage.Lease;
import dev.errand.stage.Stage;
import dev.errand.stage.StageSpec;
import dev.errand.views.Views;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads the public inbox: who signed the record, which environment it means, which commit its
 * branch is now, which secrets that commit may see. Whatever is wrong with a request becomes a
 * refusal that its producer gets to see, never a dead letter.
 */
public final class AdmitStage implements Stage<TaskRequested, TaskResolved> {
  /** Look-ups at remotes: more of them than anything of ours is busy with. */
  private static final int SLOTS = 16;

  /** A slow remote's answer, twice. */
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  /** An environment that was applied just before is on its way to us. */
  private static final Duration ENVIRONMENT_WAIT = Duration.ofSeconds(5);

  /** As far as clocks may differ, and as long as an admission that was down may have kept it. */
  private static final Duration ID_AHEAD = InboxSignatures.FRESH;

  private static final Duration ID_AGE = InboxSignatures.OWN_FRESH.plusDays(1);

  /** Whose a request is that nobody we know has signed: operators and members see its refusal. */
  private static final Owner NOBODY = new Owner("nobody");

  private final Lookups lookups;

  /** Whose each request is that is worked on now: {@link #refused} sees no signature. */
  private final Map<TaskId, Owner> signers = new ConcurrentHashMap<>();

  /** What the stage asks. */
  public record Lookups(
      InboxSignatures signatures,
      EnvironmentRegistry environments,
      SecretRegistry secrets,
      Mirrors mirrors,
      Views views,
      DiskReserve disk,
      NodeName node,
      InstantSource clock) {}

  public AdmitStage(Lookups lookups) {
    this.lookups = lookups;
  }

  @Override
  public StageSpec<TaskRequested, TaskResolved> spec() {
    return new StageSpec<>(
        new StageName("admit"),
        Topic.TASKS_REQUESTED,
        Topic.TASKS_RESOLVED,
        TaskRequested.class,
        SLOTS,
        TIMEOUT);
  }

  @Override
  public TaskResolved process(TaskRequested fact, Lease lease) throws InterruptedException {
    Caller caller;
    try {
      caller = signer(lease);
    } catch (ErrandException e) {
      return new TaskResolved(ofNobody(fact), null, e.failure());
    }
    TaskRequested request = ownedBy(caller.owner(), fact, fact.idempotencyKey());
    signers.put(fact.task(), caller.owner());
    try {
      TaskResolved resolved = new TaskResolved(request, spec(caller, request), null);
      signers.remove(fact.task());
      return resolved;
    } catch (ErrandException e) {
      if (e.code().kind() != FailureKind.USER) {
        throw e; // the machine tries again
      }
      signers.remove(fact.task());
      return new TaskResolved(request, null, e.failure());
    }
  }

  @Override
  public Optional<TaskResolved> refused(TaskRequested fact, Failure failure) {
    Owner signer = signers.remove(fact.task());
    TaskRequested request =
        signer == null ? ofNobody(fact) : ownedBy(signer, fact, fact.idempotencyKey());
    return Optional.of(new TaskResolved(request, null, failure));
  }

  private Caller signer(Lease lease) {
    return lookups
        .signatures()
        .check(
            InboxSignatures.Signed.of(lease::header),
            Topic.TASKS_REQUESTED.on(lookups.node()),
            lease.value());
  }

  /** A key that nobody else uses: an unsigned record must not take an owner's key from it. */
  private static TaskRequested ofNobody(TaskRequested fact) {
    return ownedBy(NOBODY, fact, "unsigned " + fact.task());
  }

  private static TaskRequested ownedBy(Owner owner, TaskRequested fact, String idempotencyKey) {
    return new TaskRequested(
        fact.task(),
        owner,
        idempotencyKey,
        fact.environment(),
        fact.environmentVersion(),
        fact.prompt(),
        fact.branch(),
        fact.attempts(),
        fact.requestedAt());
  }

  private TaskSpec spec(Caller caller, TaskRequested request) throws InterruptedException {
    TaskRules.check(request);
    lookups.disk().requireRoom();
    checkIdIsOfNow(request.task());
    checkIdIsFree(request);
    EnvironmentSpec environment =
        lookups
            .environments()
            .await(request.environment(), request.environmentVersion(), ENVIRONMENT_WAIT);
    RefName asked = TaskRules.branch(request);
    RefName ref = asked == null ? environment.branch() : asked;
    Resolved resolved = lookups.mirrors().resolve(environment.repository(), ref);
    return new TaskSpec(
        request.task(),
        request.owner(),
        request.prompt(),
        environment,
        resolved.branch(),
        resolved.commit(),
        request.attempts(),
        secrets(caller, environment, resolved),
        request.requestedAt());
  }

  /**
   * By its id's time a task is listed, its log is found, and it is forgotten after 97 days: one
   * from the future would lead every list for ever, one from the past would be gone within the
   * hour.
   */
  private void checkIdIsOfNow(TaskId task) {
    Instant now = lookups.clock().instant();
    if (task.createdAt().isAfter(now.plus(ID_AHEAD))
        || task.createdAt().isBefore(now.minus(ID_AGE))) {
      throw new ErrandException(
          FailureCode.REQUEST_INVALID,
          "the task id %s says that it was made at %s; make a new ULID"
              .formatted(task, task.createdAt()));
    }
  }

  /**
   * A foreign producer chooses its task's id, and must not choose somebody's. A refusal is nobody's
   * claim: anybody can be refused under any id.
   */
  private void checkIdIsFree(TaskRequested request) {
    lookups
        .views()
        .task(request.task())
        .filter(view -> view.admitted() != null && !request.owner().equals(view.owner()))
        .ifPresent(
            _ -> {
              throw new ErrandException(
                  FailureCode.REQUEST_INVALID,
                  "the task id %s is taken; make a new ULID".formatted(request.task()));
            });
  }

  private Map<SecretName, Integer> secrets(
      Caller caller, EnvironmentSpec environment, Resolved resolved) throws InterruptedException {
    Map<SecretName, Integer> versions = new TreeMap<>();
    if (environment.secrets().isEmpty() || !isTrusted(caller, environment, resolved)) {
      return versions;
    }
    for (SecretName name : environment.secrets()) {
      int version =
          lookups
              .secrets()
              .version(environment.id(), name)
              .orElseThrow(
                  () ->
                      new ErrandException(
                          FailureCode.SECRET_MISSING,
                          "the environment '%s' declares the secret %s, which has no value"
                              .formatted(environment.id(), name)));
      versions.put(name, version);
    }
    return versions;
  }

  private boolean isTrusted(Caller caller, EnvironmentSpec environment, Resolved resolved)
      throws InterruptedException {
    if (caller.may(Operation.USE_SECRETS, caller.owner(), Set.of())) {
      return true;
    }
    List<RefName> trusted = new ArrayList<>(environment.trustedRefs());
    RefName defaultBranch = resolved.defaultBranch();
    if (trusted.isEmpty() && defaultBranch != null) {
      trusted.add(defaultBranch);
    }
    for (RefName ref : trusted) {
      if (lookups.mirrors().leadsTo(environment.repository(), ref, resolved.commit())) {
        return true;
      }
    }
    return false;
  }
}
