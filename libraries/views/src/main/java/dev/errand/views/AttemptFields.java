package dev.errand.views;

import dev.errand.schemas.Event.LogArtifact;
import dev.errand.schemas.Event.Outcome;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Patch;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import dev.errand.views.fields.FieldReader;
import dev.errand.views.fields.FieldWriter;
import java.io.IOException;

/** The parts of a stored view that tell of attempts, and those that both halves have. */
final class AttemptFields {
  private AttemptFields() {}

  static void write(FieldWriter out, Origin origin) throws IOException {
    out.number(origin.offset());
    out.instant(origin.at());
  }

  static Origin readOrigin(FieldReader in) throws IOException {
    return new Origin(in.number(), in.instant());
  }

  static void write(FieldWriter out, AttemptView attempt) throws IOException {
    out.text(attempt.run().toString());
    out.text(attempt.reached().name());
    out.instant(attempt.since());
    out.optional(attempt.placed(), AttemptFields::write);
    out.optional(attempt.work(), AttemptFields::write);
    out.list(attempt.stageLogs(), AttemptFields::write);
    out.optional(attempt.ended(), AttemptFields::write);
    out.optional(attempt.asked(), AttemptFields::write);
  }

  static AttemptView readAttempt(FieldReader in) throws IOException {
    return new AttemptView(
        RunId.parse(in.text()),
        AttemptView.State.valueOf(in.text()),
        in.instant(),
        in.optional(AttemptFields::readPlaced),
        in.optional(AttemptFields::readWork),
        in.list(AttemptFields::readLog),
        in.optional(AttemptFields::readEnded),
        in.optional(AttemptFields::readAsked));
  }

  private static void write(FieldWriter out, AttemptView.Placed placed) throws IOException {
    write(out, placed.origin());
    out.text(placed.node().value());
  }

  private static AttemptView.Placed readPlaced(FieldReader in) throws IOException {
    return new AttemptView.Placed(readOrigin(in), new NodeName(in.text()));
  }

  private static void write(FieldWriter out, AttemptView.Asked asked) throws IOException {
    write(out, asked.origin());
    out.text(asked.by().value());
    out.text(asked.idempotencyKey());
    write(out, asked.turn());
  }

  private static AttemptView.Asked readAsked(FieldReader in) throws IOException {
    return new AttemptView.Asked(readOrigin(in), new Owner(in.text()), in.text(), readTurn(in));
  }

  private static void write(FieldWriter out, Turn turn) throws IOException {
    out.text(turn.prompt());
    out.optional(turn.patch(), AttemptFields::write);
    out.optional(turn.node(), (o, node) -> o.text(node.value()));
    out.number(turn.kept() ? 1 : 0);
  }

  private static Turn readTurn(FieldReader in) throws IOException {
    return new Turn(
        in.text(),
        in.optional(AttemptFields::readPatch),
        in.optional(i -> new NodeName(i.text())),
        in.number() == 1);
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
    out.list(ended.logs(), AttemptFields::write);
  }

  private static AttemptView.Ended readEnded(FieldReader in) throws IOException {
    return new AttemptView.Ended(
        readOrigin(in),
        in.optional(i -> new StageName(i.text())),
        readOutcome(in),
        in.list(AttemptFields::readLog));
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
        out.optional(failed.patch(), AttemptFields::write);
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
      case FAILED -> new Outcome.Failed(readFailure(in), in.optional(AttemptFields::readPatch));
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

  static void write(FieldWriter out, Failure failure) throws IOException {
    out.text(failure.code().name());
    out.text(failure.message());
    out.list(failure.lastLines(), FieldWriter::text);
  }

  static Failure readFailure(FieldReader in) throws IOException {
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
