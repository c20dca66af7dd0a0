package dev.errand.schemas;

import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Fingerprint;
import dev.errand.schemas.ids.GitPlace;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.SecretName;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.ids.TaskId;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A fact: something that has happened, in the past tense, never changed. Its id and the W3C trace
 * context are record headers, its time is the record's timestamp; see {@link Topic} for where each
 * lies. {@link Unknown} is what a newer writer said: every fold ignores it.
 */
public sealed interface Event {
  /** The record's key: what is ordered with what. */
  String key();

  /** A fact about one task: the partition follows the task. */
  sealed interface OfTask extends Event {
    TaskId task();

    @Override
    default String key() {
      return task().value();
    }
  }

  /** A fact about one run of one attempt. */
  sealed interface OfRun extends OfTask {
    RunId run();

    /** The node that it happened on; null before one has taken the run, or when none was asked. */
    @Nullable NodeName node();

    @Override
    default TaskId task() {
      return run().task();
    }
  }

  /** A fact on a node's own topics: the run is in a box there, and the next stage finds it. */
  sealed interface OnNode extends OfRun {
    TaskSpec spec();

    BoxId box();

    @Override
    NodeName node();
  }

  /** A fact about no task; the newest with its key counts, except that snapshots' add up. */
  sealed interface OfPlatform extends Event {
    @Override
    default String key() {
      return switch (this) {
        case NodeReported f -> f.node().value();
        case EnvironmentDefined f -> f.spec().id().value();
        case SnapshotChanged f -> f.environment().value();
        case SecretSealed f -> f.environment() + "/" + f.name();
        case GitCredentialSealed f -> f.place().value();
        case SchemaRegistered f -> Integer.toString(f.id());
        case DeadLettered f -> f.topic() + "-" + f.partition() + "-" + f.offset();
      };
    }
  }

  /**
   * What a producer asks for. The only fact that anybody may write.
   *
   * @param owner who asks; the front door sets it, the inbox takes it from the signature's key
   * @param idempotencyKey the same key and content are the same task, for 7 days
   * @param environmentVersion admission waits until it knows this version; 0 is the latest
   * @param branch null is the environment's
   */
  record TaskRequested(
      TaskId task,
      Owner owner,
      String idempotencyKey,
      EnvironmentId environment,
      int environmentVersion,
      String prompt,
      @Nullable String branch,
      int attempts,
      Instant requestedAt)
      implements OfTask {}

  /**
   * What admission's look-ups found: the task as it would run, or why it cannot. Keyed by owner.
   * Exactly one of spec and refusal is set.
   */
  record TaskResolved(TaskRequested request, @Nullable TaskSpec spec, @Nullable Failure refusal)
      implements Event {
    @Override
    public String key() {
      return request.owner().value();
    }
  }

  record TaskAdmitted(TaskSpec spec) implements OfTask {
    @Override
    public TaskId task() {
      return spec.task();
    }
  }

  /** No run follows. The environment is as it was asked for, so not necessarily one that exists. */
  record TaskRejected(
      TaskId task, Owner owner, EnvironmentId environment, String prompt, Failure failure)
      implements OfTask {}

  /**
   * A run that waits for a node.
   *
   * @param node the only node that may take it, or null for any
   */
  record AttemptSubmitted(RunId run, @Nullable NodeName node, Turn turn, TaskSpec spec)
      implements OfRun {}

  /** A node wants the run; the lowest offset owns it. */
  record AttemptPlaced(RunId run, NodeName node) implements OfRun {}

  record ContainerCreated(RunId run, NodeName node, BoxId box, Turn turn, TaskSpec spec)
      implements OnNode {}

  /** The box holds the task's commit; the head is what was checked out: that one, asserted. */
  record RepositoryCheckedOut(
      RunId run, NodeName node, BoxId box, Turn turn, TaskSpec spec, CommitSha head)
      implements OnNode {}

  record EnvironmentPrepared(
      RunId run, NodeName node, BoxId box, String prompt, TaskSpec spec, List<LogArtifact> logs)
      implements OnNode {}

  /** The agent has ended, with this exit code; 0 is success. */
  record AgentExecuted(
      RunId run, NodeName node, BoxId box, TaskSpec spec, int exitCode, List<LogArtifact> logs)
      implements OnNode {}

  /** The terminal fact: the lowest offset for a run is the truth. */
  record AttemptEnded(
      RunId run,
      @Nullable NodeName node,
      @Nullable StageName stage,
      Outcome outcome,
      List<LogArtifact> logs)
      implements OfRun {}

  /** How a run ended. */
  sealed interface Outcome {
    record Presented(Patch patch) implements Outcome {}

    /** The patch is what there was when it failed, or null. */
    record Failed(Failure failure, @Nullable Patch patch) implements Outcome {}

    /** By whom. */
    record Cancelled(Owner by) implements Outcome {}

    /** A newer writer's outcome. */
    record Unknown() implements Outcome {}
  }

  /**
   * All attempts have ended; best is the one that `apply` takes, or 0 when none has a diff; turns
   * are those of all attempts together, 0 from who knew no second one.
   */
  record TaskCompleted(TaskId task, int best, int turns) implements OfTask {}

  /** Something worth telling while a run goes on. */
  record AttemptProgressed(RunId run, NodeName node, StageName stage, Progress progress)
      implements OfRun {}

  /** What a run tells of itself. */
  sealed interface Progress {
    /** The stage has begun (again: a redelivery tells it again). */
    record Started() implements Progress {}

    /** A remark of ours about the run, such as why it is slow or what was left out. */
    record Noticed(String text) implements Progress {}

    /** Something that the agent said. */
    record Said(String text) implements Progress {}

    /** A command that the agent ran; the exit code is null while it runs. */
    record Commanded(String command, @Nullable Integer exitCode) implements Progress {}

    /** A connection that the policy refused. */
    record Denied(String host, int port, String rule, long count) implements Progress {}

    /** A newer writer's progress. */
    record Unknown() implements Progress {}
  }

  /**
   * A piece of a stage's live output. Offsets count the bytes of this run's stage from 0.
   *
   * @param data at most 64 KiB, as the process wrote it, secrets redacted; not necessarily UTF-8
   * @param truncated whether bytes between the last chunk and this one were left out
   */
  record AttemptLogged(
      RunId run, NodeName node, StageName stage, long offset, Data data, boolean truncated)
      implements OfRun {}

  /**
   * A worker service says that it lives, every 5 s.
   *
   * @param service which of the node's services speaks
   * @param epoch the start of the service's process: a new one has forgotten what the old one held
   * @param permits how many attempts the node can hold; 0 where the service does not decide that
   * @param freePermits how many more it would take now
   * @param unfit why it takes none although it has permits; null when it would
   * @param trouble what an operator has to look at although it takes some; null when nothing
   */
  record NodeReported(
      NodeName node,
      String service,
      Instant epoch,
      int permits,
      int freePermits,
      List<Held> held,
      @Nullable Failure unfit,
      @Nullable Failure trouble)
      implements OfPlatform {}

  /** An environment's newest version; its members see and cancel its tasks beside their owners. */
  record EnvironmentDefined(EnvironmentSpec spec, Set<Owner> members, Owner by, boolean deleted)
      implements OfPlatform {}

  /**
   * Something has happened to a snapshot: the disk of a box that was frozen after its setup, on one
   * node, for other boxes to start from. Keyed by environment, so that its facts are ordered.
   *
   * @param box the frozen one: the snapshot's id on its node
   * @param at when it happened, by the node's clock
   */
  record SnapshotChanged(
      NodeName node,
      BoxId box,
      EnvironmentId environment,
      Fingerprint fingerprint,
      Instant at,
      SnapshotChange change)
      implements OfPlatform {}

  /** A secret's value, sealed; never the value. */
  record SecretSealed(
      EnvironmentId environment, SecretName name, int version, Data sealed, boolean deleted)
      implements OfPlatform {}

  /** A credential for git repositories, sealed; never the credential. */
  record GitCredentialSealed(GitPlace place, int version, Data sealed, boolean deleted)
      implements OfPlatform {}

  /** A schema under the id that frames of it carry. */
  record SchemaRegistered(int id, String subject, int version, String text) implements OfPlatform {}

  /** Somebody wants an attempt to stop; attempt 0 is all of the task's. */
  record CancelRequested(TaskId task, int attempt, Owner by) implements OfTask {}

  /** A follow-up, as the first run of its turn; of two for one turn, the lowest offset has it. */
  record TurnRequested(RunId run, Turn turn, Owner by, String idempotencyKey) implements OfRun {
    @Override
    public @Nullable NodeName node() {
      return null;
    }
  }

  /** A record that no stage could take, with its key and headers as they were, and the cause. */
  record DeadLettered(
      String topic,
      int partition,
      long offset,
      StageName stage,
      @Nullable Data originalKey,
      Data value,
      List<RecordHeader> headers,
      Failure cause)
      implements OfPlatform {}

  /** What a newer writer said; ignored. */
  record Unknown(String key) implements Event {}

  /**
   * A stage's whole output, compressed with gzip, in the artifact store.
   *
   * @param bytes before compression
   * @param truncated whether the output was longer than is kept
   */
  record LogArtifact(StageName stage, Digest digest, long bytes, boolean truncated) {}
}
