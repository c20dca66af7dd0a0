package dev.errand.schemas.wire;

import dev.errand.schemas.Event.LogArtifact;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Patch;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.ids.TaskId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What several facts carry. */
final class PartCodec {
  private final Schemas schemas;

  PartCodec(Schemas schemas) {
    this.schemas = schemas;
  }

  Row write(RunId run) {
    return schemas
        .row("Run")
        .setText("task", run.task())
        .set("attempt", run.attempt().number())
        .set("turn", run.turn())
        .set("run", run.run());
  }

  static RunId run(Row row) {
    return new TaskId(row.text("task"))
        .attempt(row.integer("attempt"))
        .run(row.integer("turn"), row.integer("run"));
  }

  @Nullable Row write(@Nullable Failure failure) {
    if (failure == null) {
      return null;
    }
    return schemas
        .row("Failure")
        .setText("code", failure.code())
        .setText("message", failure.message())
        .setTexts("lastLines", failure.lastLines());
  }

  /** A code that only a newer writer knows becomes BUG, with its name in front of the message. */
  static Failure failure(Row row) {
    String message = row.text("message");
    List<String> lastLines = row.list("lastLines", line -> line);
    try {
      return new Failure(row.symbol("code", FailureCode.class), message, lastLines);
    } catch (NewerWriterException e) {
      return new Failure(FailureCode.BUG, row.text("code") + ": " + message, lastLines);
    }
  }

  @Nullable Row write(@Nullable Patch patch) {
    if (patch == null) {
      return null;
    }
    return schemas
        .row("Patch")
        .setText("base", patch.base())
        .setText("digest", patch.digest())
        .set("bytes", patch.bytes())
        .set("files", patch.files())
        .set("linesAdded", patch.linesAdded())
        .set("linesRemoved", patch.linesRemoved())
        .setText("inline", patch.inline());
  }

  static Patch patch(Row row) {
    return new Patch(
        new CommitSha(row.text("base")),
        new Digest(row.text("digest")),
        row.big("bytes"),
        row.integer("files"),
        row.integer("linesAdded"),
        row.integer("linesRemoved"),
        row.textOrNull("inline"));
  }

  /** Where a turn starts; null for an attempt's first. The prompt is a field beside it. */
  @Nullable Row write(Turn turn) {
    if (turn.patch() == null) {
      return null;
    }
    return schemas
        .row("TurnStart")
        .setRow("patch", write(turn.patch()))
        .setText("node", turn.node())
        .set("kept", turn.kept());
  }

  static Turn turn(Row row) {
    Row start = row.rowOrNull("start");
    if (start == null) {
      return Turn.first(row.text("prompt"));
    }
    String node = start.textOrNull("node");
    return new Turn(
        row.text("prompt"),
        patch(start.row("patch")),
        node == null ? null : new NodeName(node),
        start.flag("kept"));
  }

  List<Row> write(List<LogArtifact> logs) {
    return logs.stream()
        .map(
            log ->
                schemas
                    .row("LogArtifact")
                    .setText("stage", log.stage())
                    .setText("digest", log.digest())
                    .set("bytes", log.bytes())
                    .set("truncated", log.truncated()))
        .toList();
  }

  static List<LogArtifact> logs(Row row) {
    return row.rows("logs").stream()
        .map(
            log ->
                new LogArtifact(
                    new StageName(log.text("stage")),
                    new Digest(log.text("digest")),
                    log.big("bytes"),
                    log.flag("truncated")))
        .toList();
  }
}
