package dev.errand.schemas.wire;

import dev.errand.schemas.Event.CancelRequested;
import dev.errand.schemas.Event.TaskAdmitted;
import dev.errand.schemas.Event.TaskCompleted;
import dev.errand.schemas.Event.TaskRejected;
import dev.errand.schemas.Event.TaskRequested;
import dev.errand.schemas.Event.TaskResolved;
import dev.errand.schemas.Event.TurnRequested;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.TaskId;

/** Facts about tasks. */
final class TaskCodec {
  private final Schemas schemas;
  private final PartCodec parts;
  private final SpecCodec specs;

  TaskCodec(Schemas schemas, PartCodec parts, SpecCodec specs) {
    this.schemas = schemas;
    this.parts = parts;
    this.specs = specs;
  }

  Row write(TaskRequested fact) {
    return schemas
        .row("TaskRequested")
        .setText("task", fact.task())
        .setText("owner", fact.owner())
        .setText("idempotencyKey", fact.idempotencyKey())
        .setText("environment", fact.environment())
        .set("environmentVersion", fact.environmentVersion())
        .setText("prompt", fact.prompt())
        .setText("branch", fact.branch())
        .set("attempts", fact.attempts())
        .setTime("requestedAt", fact.requestedAt());
  }

  static TaskRequested requested(Row row) {
    return new TaskRequested(
        new TaskId(row.text("task")),
        new Owner(row.text("owner")),
        row.text("idempotencyKey"),
        new EnvironmentId(row.text("environment")),
        row.integer("environmentVersion"),
        row.text("prompt"),
        row.textOrNull("branch"),
        row.integer("attempts"),
        row.time("requestedAt"));
  }

  Row write(TaskResolved fact) {
    return schemas
        .row("TaskResolved")
        .setRow("request", write(fact.request()))
        .setRow("spec", specs.writeOrNull(fact.spec()))
        .setRow("refusal", parts.write(fact.refusal()));
  }

  static TaskResolved resolved(Row row) throws NewerWriterException {
    Row spec = row.rowOrNull("spec");
    Row refusal = row.rowOrNull("refusal");
    return new TaskResolved(
        requested(row.row("request")),
        spec == null ? null : SpecCodec.task(spec),
        refusal == null ? null : PartCodec.failure(refusal));
  }

  Row write(TaskAdmitted fact) {
    return schemas.row("TaskAdmitted").setRow("spec", specs.write(fact.spec()));
  }

  static TaskAdmitted admitted(Row row) throws NewerWriterException {
    return new TaskAdmitted(SpecCodec.task(row.row("spec")));
  }

  Row write(TaskRejected fact) {
    return schemas
        .row("TaskRejected")
        .setText("task", fact.task())
        .setText("owner", fact.owner())
        .setText("environment", fact.environment())
        .setText("prompt", fact.prompt())
        .setRow("failure", parts.write(fact.failure()));
  }

  static TaskRejected rejected(Row row) {
    return new TaskRejected(
        new TaskId(row.text("task")),
        new Owner(row.text("owner")),
        new EnvironmentId(row.text("environment")),
        row.text("prompt"),
        PartCodec.failure(row.row("failure")));
  }

  Row write(TaskCompleted fact) {
    return schemas
        .row("TaskCompleted")
        .setText("task", fact.task())
        .set("best", fact.best())
        .set("turns", fact.turns());
  }

  static TaskCompleted completed(Row row) {
    return new TaskCompleted(
        new TaskId(row.text("task")), row.integer("best"), row.integer("turns"));
  }

  Row write(CancelRequested fact) {
    return schemas
        .row("CancelRequested")
        .setText("task", fact.task())
        .set("attempt", fact.attempt())
        .setText("by", fact.by());
  }

  static CancelRequested cancelRequested(Row row) {
    return new CancelRequested(
        new TaskId(row.text("task")), row.integer("attempt"), new Owner(row.text("by")));
  }

  Row write(TurnRequested fact) {
    return schemas
        .row("TurnRequested")
        .setText("task", fact.task())
        .set("attempt", fact.run().attempt().number())
        .set("turn", fact.run().turn())
        .setText("prompt", fact.turn().prompt())
        .setText("by", fact.by())
        .setText("idempotencyKey", fact.idempotencyKey())
        .setRow("start", parts.write(fact.turn()));
  }

  static TurnRequested turnRequested(Row row) {
    return new TurnRequested(
        new TaskId(row.text("task")).attempt(row.integer("attempt")).run(row.integer("turn"), 1),
        PartCodec.turn(row),
        new Owner(row.text("by")),
        row.text("idempotencyKey"));
  }
}
