package dev.errand.views;

import dev.errand.schemas.EnvironmentSpec.Limits;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.TaskId;
import dev.errand.views.fields.FieldReader;
import dev.errand.views.fields.FieldWriter;
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
  public static final int FOLD = 2;

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
    out.list(view.attempts(), AttemptFields::write);
    out.optional(view.completed(), ViewCodec::write);
    out.instant(view.updatedAt());
  }

  private static TaskView readView(FieldReader in) throws IOException {
    return new TaskView(
        new TaskId(in.text()),
        in.optional(ViewCodec::readAdmitted),
        in.optional(ViewCodec::readRejected),
        in.list(ViewCodec::readCancel),
        in.list(AttemptFields::readAttempt),
        in.optional(ViewCodec::readCompleted),
        in.instant());
  }

  private static void write(FieldWriter out, TaskView.Admitted admitted) throws IOException {
    AttemptFields.write(out, admitted.origin());
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
        AttemptFields.readOrigin(in),
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
    AttemptFields.write(out, rejected.origin());
    out.text(rejected.owner().value());
    out.text(rejected.environment().value());
    out.text(rejected.prompt());
    AttemptFields.write(out, rejected.failure());
  }

  private static TaskView.Rejected readRejected(FieldReader in) throws IOException {
    return new TaskView.Rejected(
        AttemptFields.readOrigin(in),
        new Owner(in.text()),
        new EnvironmentId(in.text()),
        in.text(),
        AttemptFields.readFailure(in));
  }

  private static void write(FieldWriter out, TaskView.Cancel cancel) throws IOException {
    AttemptFields.write(out, cancel.origin());
    out.number(cancel.attempt());
    out.text(cancel.by().value());
  }

  private static TaskView.Cancel readCancel(FieldReader in) throws IOException {
    return new TaskView.Cancel(AttemptFields.readOrigin(in), in.count(), new Owner(in.text()));
  }

  private static void write(FieldWriter out, Completed completed) throws IOException {
    AttemptFields.write(out, completed.origin());
    out.number(completed.best());
    out.number(completed.turns());
  }

  private static Completed readCompleted(FieldReader in) throws IOException {
    return new Completed(AttemptFields.readOrigin(in), in.count(), in.count());
  }
}
