package dev.errand.views;

import dev.errand.schemas.EnvironmentSpec.Limits;
import dev.errand.schemas.Event.LogArtifact;
import dev.errand.schemas.Event.Outcome;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Patch;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.ids.TaskId;
import java.io.IOException;
import java.time.Duration;

/**
 * A view as the store keeps it. Not a schema: only the app that wrote it reads it, and a changed
 * fold is another app ({@link #FOLD}), which starts anew from the topics.
 */
public final class ViewCodec {
  /**
   * The version of the fold and of its bytes; part of the application ids. Raise it with every
   * change of {@link TaskView}, {@link AttemptView} or this class that a stored view would not
   * survive.
   */
  public static final int FOLD = 1;

  private ViewCodec() {}

  public static byte[] encode(TaskView view) {
    return FieldWriter.write(out -> write(out, view));
  }

  /**
   * @throws IllegalStateException when the bytes are not a view of this {@link #FOLD}
   */
  public static TaskView decode(byte[] bytes) {
    return FieldReader.read(bytes, ViewCodec::readView);
  }

  private static void write(FieldWriter out, TaskView view) throws IOException {
    out.text(view.task().value());
    out.optional(view.admitted(), ViewCodec::write);
    out.optional(view.rejected(), ViewCodec::write);
    out.list(view.cancels(), ViewCodec::write);
    out.list(view.attempts(), ViewCodec::write);
    out.optional(view.completed(), ViewCodec::write);
    out.instant(view.updatedAt());
  }

  private static TaskView readView(FieldReader in) throws IOException {
    return new TaskView(
        new TaskId(in.text()),
        in.optional(ViewCodec::readAdmitted),
        in.optional(ViewCodec::readRejected),
        in.list(ViewCodec::readCancel),
        in.list(ViewCodec::readAttempt),
        in.optional(ViewCodec::readCompleted),
        in.instant());
  }

  private static void write(FieldWriter out, Origin origin) throws IOException {
    out.number(origin.offset());
    out.instant(origin.at());
  }

  private static Origin readOrigin(FieldReader in) throws IOException {
    return new Origin(in.number(), in.instant());
  }

  private static void write(FieldWriter out, TaskView.Admitted admitted) throws IOException {
    write(out, admitted.origin());
    out.text(admitted.owner().value());
    out.text(admitted.prompt());
    out.text(admitted.environment().value());
    out.number(admitted.environmentVersion());
    out.text(admitted.branch().value());
    out.text(admitted.commit().value());
    out.number(admitted.attempts());
    write(out, admitted.limits());
  }

  private static TaskView.Admitted readAdmitted(FieldReader in) throws IOException {
    return new TaskView.Admitted(
        readOrigin(in),
        new Owner(in.text()),
        in.text(),
        new EnvironmentId(in.text()),
        in.count(),
        new RefName(in.text()),
        new CommitSha(in.text()),
        in.count(),
        readLimits(in));
  }

  private static void write(FieldWriter out, Limits limits) throws IOException {
    out.number(Double.doubleToLongBits(limits.cpus()));
    out.number(limits.memoryBytes());
    out.number(limits.diskBytes());
    out.number(limits.setup().toMillis());
    out.number(limits.agent().toMillis());
  }

  private static Limits readLimits(FieldReader in) throws IOException {
    return new Limits(
        Double.longBitsToDouble(in.number()),
        in.number(),
        in.number(),
        Duration.ofMillis(in.number()),
        Duration.ofMillis(in.number()));
  }

  private static void write(FieldWriter out, TaskView.Rejected rejected) throws IOException {
    write(out, rejected.origin());
    out.text(rejected.owner().value());
    out.text(rejected.environment().value());
    out.text(rejected.prompt());
    write(out, rejected.failure());
  }

  private static TaskView.Rejected readRejected(FieldReader in) throws IOException {
    return new TaskView.Rejected(
        readOrigin(in),
        new Owner(in.text()),
        new EnvironmentId(in.text()),
        in.text(),
        readFailure(in));
  }

  private static void write(FieldWriter out, TaskView.Cancel cancel) throws IOException {
    write(out, cancel.origin());
    out.number(cancel.attempt());
    out.text(cancel.by().value());
  }

  private static TaskView.Cancel readCancel(FieldReader in) throws IOException {
    return new TaskView.Cancel(readOrigin(in), in.count(), new Owner(in.text()));
  }

  private static void write(FieldWriter out, TaskView.Completed completed) throws IOException {
    write(out, completed.origin());
    out.number(completed.best());
  }

  private static TaskView.Completed readCompleted(FieldReader in) throws IOException {
    return new TaskView.Completed(readOrigin(in), in.count());
  }

  private static void write(FieldWriter out, AttemptView attempt) throws IOException {
    out.text(attempt.run().toString());
    out.text(attempt.reached().name());
    out.instant(attempt.since());
    out.optional(attempt.placed(), ViewCodec::write);
    out.optional(attempt.work(), ViewCodec::write);
    out.list(attempt.stageLogs(), ViewCodec::write);
    out.optional(attempt.ended(), ViewCodec::write);
  }

  private static AttemptView readAttempt(FieldReader in) throws IOException {
    return new AttemptView(
        RunId.parse(in.text()),
        AttemptView.State.valueOf(in.text()),
        in.instant(),
        in.optional(ViewCodec::readPlaced),
        in.optional(ViewCodec::readWork),
        in.list(ViewCodec::readLog),
        in.optional(ViewCodec::readEnded));
  }

  private static void write(FieldWriter out, AttemptView.Placed placed) throws IOException {
    write(out, placed.origin());
    out.text(placed.node().value());
  }

  private static AttemptView.Placed readPlaced(FieldReader in) throws IOException {
    return new AttemptView.Placed(readOrigin(in), new NodeName(in.text()));
  }

  private static void write(FieldWriter out, AttemptView.Work work) throws IOException {
    write(out, work.origin());
    out.text(work.stage().value());
  }

  private static AttemptView.Work readWork(FieldReader in) throws IOException {
    return new AttemptView.Work(readOrigin(in), new StageName(in.text()));
  }

  private static void write(FieldWriter out, AttemptView.Ended ended) throws IOException {
    write(out, ended.origin());
    out.optional(ended.stage(), (o, stage) -> o.text(stage.value()));
    write(out, ended.outcome());
    out.list(ended.logs(), ViewCodec::write);
  }

  private static AttemptView.Ended readEnded(FieldReader in) throws IOException {
    return new AttemptView.Ended(
        readOrigin(in),
        in.optional(i -> new StageName(i.text())),
        readOutcome(in),
        in.list(ViewCodec::readLog));
  }

  private enum OutcomeKind {
    PRESENTED,
    FAILED,
    CANCELLED,
    UNKNOWN
  }

  private static void write(FieldWriter out, Outcome outcome) throws IOException {
    switch (outcome) {
      case Outcome.Presented presented -> {
        out.text(OutcomeKind.PRESENTED.name());
        write(out, presented.patch());
      }
      case Outcome.Failed failed -> {
        out.text(OutcomeKind.FAILED.name());
        write(out, failed.failure());
        out.optional(failed.patch(), ViewCodec::write);
      }
      case Outcome.Cancelled cancelled -> {
        out.text(OutcomeKind.CANCELLED.name());
        out.text(cancelled.by().value());
      }
      case Outcome.Unknown _ -> out.text(OutcomeKind.UNKNOWN.name());
    }
  }

  private static Outcome readOutcome(FieldReader in) throws IOException {
    return switch (OutcomeKind.valueOf(in.text())) {
      case PRESENTED -> new Outcome.Presented(readPatch(in));
      case FAILED -> new Outcome.Failed(readFailure(in), in.optional(ViewCodec::readPatch));
      case CANCELLED -> new Outcome.Cancelled(new Owner(in.text()));
      case UNKNOWN -> new Outcome.Unknown();
    };
  }

  private static void write(FieldWriter out, Patch patch) throws IOException {
    out.text(patch.base().value());
    out.text(patch.digest().value());
    out.number(patch.bytes());
    out.number(patch.files());
    out.number(patch.linesAdded());
    out.number(patch.linesRemoved());
    out.optional(patch.inline(), FieldWriter::text);
  }

  private static Patch readPatch(FieldReader in) throws IOException {
    return new Patch(
        new CommitSha(in.text()),
        new Digest(in.text()),
        in.number(),
        in.count(),
        in.count(),
        in.count(),
        in.optional(FieldReader::text));
  }

  private static void write(FieldWriter out, Failure failure) throws IOException {
    out.text(failure.code().name());
    out.text(failure.message());
    out.list(failure.lastLines(), FieldWriter::text);
  }

  private static Failure readFailure(FieldReader in) throws IOException {
    return new Failure(FailureCode.valueOf(in.text()), in.text(), in.list(FieldReader::text));
  }

  private static void write(FieldWriter out, LogArtifact log) throws IOException {
    out.text(log.stage().value());
    out.text(log.digest().value());
    out.number(log.bytes());
    out.number(log.truncated() ? 1 : 0);
  }

  private static LogArtifact readLog(FieldReader in) throws IOException {
    return new LogArtifact(
        new StageName(in.text()), new Digest(in.text()), in.number(), in.number() == 1);
  }
}
