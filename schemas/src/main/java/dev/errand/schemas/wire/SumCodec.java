package dev.errand.schemas.wire;

import dev.errand.schemas.Event.Outcome;
import dev.errand.schemas.Event.Progress;
import dev.errand.schemas.SnapshotChange;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Owner;

/**
 * Sums: on the wire a kind and nullable parts, since an old reader cannot read a union's new
 * branch, but reads a new kind as UNKNOWN.
 */
final class SumCodec {
  private final Schemas schemas;
  private final PartCodec parts;

  SumCodec(Schemas schemas, PartCodec parts) {
    this.schemas = schemas;
    this.parts = parts;
  }

  Row write(Outcome outcome) {
    Row row = schemas.row("Outcome");
    return switch (outcome) {
      case Outcome.Presented(var patch) ->
          row.setEnum("kind", "PRESENTED").setRow("patch", parts.write(patch));
      case Outcome.Failed(var failure, var patch) ->
          row.setEnum("kind", "FAILED")
              .setRow("failure", parts.write(failure))
              .setRow("patch", parts.write(patch));
      case Outcome.Cancelled(var by) -> row.setEnum("kind", "CANCELLED").setText("by", by);
      case Outcome.Unknown() -> row.setEnum("kind", "UNKNOWN");
    };
  }

  static Outcome outcome(Row row) {
    Row patch = row.rowOrNull("patch");
    return switch (row.text("kind")) {
      case "PRESENTED" -> new Outcome.Presented(PartCodec.patch(row.row("patch")));
      case "FAILED" ->
          new Outcome.Failed(
              PartCodec.failure(row.row("failure")), patch == null ? null : PartCodec.patch(patch));
      case "CANCELLED" -> new Outcome.Cancelled(new Owner(row.text("by")));
      default -> new Outcome.Unknown();
    };
  }

  Row write(Progress progress) {
    Row row = schemas.row("Progress");
    return switch (progress) {
      case Progress.Started() -> row.setEnum("kind", "STARTED");
      case Progress.Noticed(var text) -> row.setEnum("kind", "NOTICED").setText("text", text);
      case Progress.Said(var text) -> row.setEnum("kind", "SAID").setText("text", text);
      case Progress.Commanded(var command, var exitCode) ->
          row.setEnum("kind", "COMMANDED").setText("text", command).set("exitCode", exitCode);
      case Progress.Denied denied ->
          row.setEnum("kind", "DENIED")
              .setText("host", denied.host())
              .set("port", denied.port())
              .setText("rule", denied.rule())
              .set("count", denied.count());
      case Progress.Unknown() -> row.setEnum("kind", "UNKNOWN");
    };
  }

  static Progress progress(Row row) {
    return switch (row.text("kind")) {
      case "STARTED" -> new Progress.Started();
      case "NOTICED" -> new Progress.Noticed(row.text("text"));
      case "SAID" -> new Progress.Said(row.text("text"));
      case "COMMANDED" -> new Progress.Commanded(row.text("text"), row.integerOrNull("exitCode"));
      case "DENIED" ->
          new Progress.Denied(
              row.text("host"), row.integer("port"), row.text("rule"), row.big("count"));
      default -> new Progress.Unknown();
    };
  }

  Row write(SnapshotChange change) {
    Row row = schemas.row("SnapshotChange");
    return switch (change) {
      case SnapshotChange.Created created ->
          row.setEnum("kind", "CREATED")
              .setMap("ingredients", created.ingredients())
              .setText("head", created.head())
              .set("bytes", created.bytes())
              .setRow("by", parts.write(created.by()));
      case SnapshotChange.Used(var by) -> row.setEnum("kind", "USED").setRow("by", parts.write(by));
      case SnapshotChange.Invalidated(var reason) ->
          row.setEnum("kind", "INVALIDATED").setText("reason", reason);
      case SnapshotChange.Expired() -> row.setEnum("kind", "EXPIRED");
      case SnapshotChange.Unknown() -> row.setEnum("kind", "UNKNOWN");
    };
  }

  static SnapshotChange snapshotChange(Row row) {
    return switch (row.text("kind")) {
      case "CREATED" ->
          new SnapshotChange.Created(
              row.map("ingredients", name -> name, Object::toString),
              new CommitSha(row.text("head")),
              row.big("bytes"),
              PartCodec.run(row.row("by")));
      case "USED" -> new SnapshotChange.Used(PartCodec.run(row.row("by")));
      case "INVALIDATED" -> new SnapshotChange.Invalidated(row.text("reason"));
      case "EXPIRED" -> new SnapshotChange.Expired();
      default -> new SnapshotChange.Unknown();
    };
  }
}
