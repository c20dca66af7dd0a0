package dev.errand.schemas.wire;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;

/** Which codec writes and reads which fact: the one list. */
final class FactCodec {
  private final TaskCodec tasks;
  private final AttemptCodec attempts;
  private final PlatformCodec platform;

  FactCodec(Schemas schemas) {
    PartCodec parts = new PartCodec(schemas);
    SpecCodec specs = new SpecCodec(schemas);
    tasks = new TaskCodec(schemas, parts, specs);
    attempts = new AttemptCodec(schemas, parts, specs);
    platform = new PlatformCodec(schemas, parts, specs);
  }

  Row write(Event fact) {
    return switch (fact) {
      case Event.TaskRequested it -> tasks.write(it);
      case Event.TaskResolved it -> tasks.write(it);
      case Event.TaskAdmitted it -> tasks.write(it);
      case Event.TaskRejected it -> tasks.write(it);
      case Event.TaskCompleted it -> tasks.write(it);
      case Event.CancelRequested it -> tasks.write(it);
      case Event.TurnRequested it -> tasks.write(it);
      case Event.AttemptSubmitted it -> attempts.write(it);
      case Event.AttemptPlaced it -> attempts.write(it);
      case Event.ContainerCreated it -> attempts.write(it);
      case Event.RepositoryCheckedOut it -> attempts.write(it);
      case Event.EnvironmentPrepared it -> attempts.write(it);
      case Event.AgentExecuted it -> attempts.write(it);
      case Event.AttemptEnded it -> attempts.write(it);
      case Event.AttemptProgressed it -> attempts.write(it);
      case Event.AttemptLogged it -> attempts.write(it);
      case Event.NodeReported it -> platform.write(it);
      case Event.EnvironmentDefined it -> platform.write(it);
      case Event.SnapshotChanged it -> platform.write(it);
      case Event.SecretSealed it -> platform.write(it);
      case Event.GitCredentialSealed it -> platform.write(it);
      case Event.SchemaRegistered it -> platform.write(it);
      case Event.DeadLettered it -> platform.write(it);
      case Event.Unknown it ->
          throw new IllegalArgumentException("what a newer writer said is not ours to repeat");
    };
  }

  Event read(Topic topic, Row row) throws NewerWriterException {
    return switch (topic) {
      case TASKS_REQUESTED -> TaskCodec.requested(row);
      case TASKS_RESOLVED -> TaskCodec.resolved(row);
      case TASKS_ADMITTED -> TaskCodec.admitted(row);
      case TASKS_REJECTED -> TaskCodec.rejected(row);
      case TASKS_COMPLETED -> TaskCodec.completed(row);
      case TASKS_CANCEL_REQUESTED -> TaskCodec.cancelRequested(row);
      case TURNS_REQUESTED -> TaskCodec.turnRequested(row);
      case ATTEMPTS_SUBMITTED -> AttemptCodec.submitted(row);
      case ATTEMPTS_PLACED -> AttemptCodec.placed(row);
      case CONTAINER_CREATED -> AttemptCodec.containerCreated(row);
      case CHECKED_OUT -> AttemptCodec.checkedOut(row);
      case SET_UP -> AttemptCodec.prepared(row);
      case EXECUTED -> AttemptCodec.executed(row);
      case ATTEMPTS_ENDED -> AttemptCodec.ended(row);
      case ATTEMPTS_PROGRESSED -> AttemptCodec.progressed(row);
      case ATTEMPTS_LOGGED -> AttemptCodec.logged(row);
      case NODES -> PlatformCodec.nodeReported(row);
      case ENVIRONMENTS -> PlatformCodec.environmentDefined(row);
      case SNAPSHOTS -> PlatformCodec.snapshotChanged(row);
      case SECRETS -> PlatformCodec.secretSealed(row);
      case GIT_CREDENTIALS -> PlatformCodec.gitCredentialSealed(row);
      case SCHEMAS -> PlatformCodec.schemaRegistered(row);
      case DEAD_LETTERS -> PlatformCodec.deadLettered(row);
    };
  }
}
