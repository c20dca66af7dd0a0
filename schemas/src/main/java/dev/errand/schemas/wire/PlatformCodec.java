package dev.errand.schemas.wire;

import dev.errand.schemas.Event.DeadLettered;
import dev.errand.schemas.Event.EnvironmentDefined;
import dev.errand.schemas.Event.GitCredentialSealed;
import dev.errand.schemas.Event.NodeReported;
import dev.errand.schemas.Event.SchemaRegistered;
import dev.errand.schemas.Event.SecretSealed;
import dev.errand.schemas.Event.SnapshotChanged;
import dev.errand.schemas.Held;
import dev.errand.schemas.RecordHeader;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Fingerprint;
import dev.errand.schemas.ids.GitPlace;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.SecretName;
import dev.errand.schemas.ids.StageName;
import java.util.Set;
import java.util.TreeSet;

/** Facts about what tasks run on. */
final class PlatformCodec {
  private final Schemas schemas;
  private final PartCodec parts;
  private final SpecCodec specs;
  private final SumCodec sums;

  PlatformCodec(Schemas schemas, PartCodec parts, SpecCodec specs) {
    this.schemas = schemas;
    this.parts = parts;
    this.specs = specs;
    this.sums = new SumCodec(schemas, parts);
  }

  Row write(NodeReported fact) {
    return schemas
        .row("NodeReported")
        .setText("node", fact.node())
        .setText("service", fact.service())
        .setTime("epoch", fact.epoch())
        .set("permits", fact.permits())
        .set("freePermits", fact.freePermits())
        .setRows(
            "held",
            fact.held().stream()
                .map(
                    held ->
                        schemas
                            .row("Held")
                            .setRow("run", parts.write(held.run()))
                            .setText("stage", held.stage()))
                .toList())
        .setRow("unfit", parts.write(fact.unfit()))
        .setRow("trouble", parts.write(fact.trouble()));
  }

  static NodeReported nodeReported(Row row) {
    Row unfit = row.rowOrNull("unfit");
    Row trouble = row.rowOrNull("trouble");
    return new NodeReported(
        new NodeName(row.text("node")),
        row.text("service"),
        row.time("epoch"),
        row.integer("permits"),
        row.integer("freePermits"),
        row.rows("held").stream()
            .map(
                held -> new Held(PartCodec.run(held.row("run")), new StageName(held.text("stage"))))
            .toList(),
        unfit == null ? null : PartCodec.failure(unfit),
        trouble == null ? null : PartCodec.failure(trouble));
  }

  Row write(EnvironmentDefined fact) {
    return schemas
        .row("EnvironmentDefined")
        .setRow("spec", specs.write(fact.spec()))
        .setText("by", fact.by())
        .set("deleted", fact.deleted())
        .setTexts("members", new TreeSet<>(fact.members())); // sorted: equal facts, equal bytes
  }

  static EnvironmentDefined environmentDefined(Row row) throws NewerWriterException {
    return new EnvironmentDefined(
        SpecCodec.environment(row.row("spec")),
        Set.copyOf(row.list("members", Owner::new)),
        new Owner(row.text("by")),
        row.flag("deleted"));
  }

  Row write(SnapshotChanged fact) {
    return schemas
        .row("SnapshotChanged")
        .setText("node", fact.node())
        .setText("box", fact.box())
        .setText("environment", fact.environment())
        .setText("fingerprint", fact.fingerprint())
        .setTime("at", fact.at())
        .setRow("change", sums.write(fact.change()));
  }

  static SnapshotChanged snapshotChanged(Row row) {
    return new SnapshotChanged(
        new NodeName(row.text("node")),
        new BoxId(row.text("box")),
        new EnvironmentId(row.text("environment")),
        new Fingerprint(row.text("fingerprint")),
        row.time("at"),
        SumCodec.snapshotChange(row.row("change")));
  }

  Row write(SecretSealed fact) {
    return schemas
        .row("SecretSealed")
        .setText("environment", fact.environment())
        .setText("name", fact.name())
        .set("version", fact.version())
        .setData("sealed", fact.sealed())
        .set("deleted", fact.deleted());
  }

  static SecretSealed secretSealed(Row row) {
    return new SecretSealed(
        new EnvironmentId(row.text("environment")),
        new SecretName(row.text("name")),
        row.integer("version"),
        row.data("sealed"),
        row.flag("deleted"));
  }

  Row write(GitCredentialSealed fact) {
    return schemas
        .row("GitCredentialSealed")
        .setText("place", fact.place())
        .set("version", fact.version())
        .setData("sealed", fact.sealed())
        .set("deleted", fact.deleted());
  }

  static GitCredentialSealed gitCredentialSealed(Row row) {
    return new GitCredentialSealed(
        new GitPlace(row.text("place")),
        row.integer("version"),
        row.data("sealed"),
        row.flag("deleted"));
  }

  Row write(SchemaRegistered fact) {
    return schemas
        .row("SchemaRegistered")
        .set("id", fact.id())
        .setText("subject", fact.subject())
        .set("version", fact.version())
        .setText("text", fact.text());
  }

  static SchemaRegistered schemaRegistered(Row row) {
    return new SchemaRegistered(
        row.integer("id"), row.text("subject"), row.integer("version"), row.text("text"));
  }

  Row write(DeadLettered fact) {
    return schemas
        .row("DeadLettered")
        .setText("topic", fact.topic())
        .set("partition", fact.partition())
        .set("offset", fact.offset())
        .setText("stage", fact.stage())
        .setData("originalKey", fact.originalKey())
        .setData("value", fact.value())
        .setRows(
            "headers",
            fact.headers().stream()
                .map(
                    header ->
                        schemas
                            .row("Header")
                            .setText("name", header.name())
                            .setData("value", header.value()))
                .toList())
        .setRow("cause", parts.write(fact.cause()));
  }

  static DeadLettered deadLettered(Row row) {
    return new DeadLettered(
        row.text("topic"),
        row.integer("partition"),
        row.big("offset"),
        new StageName(row.text("stage")),
        row.dataOrNull("originalKey"),
        row.data("value"),
        row.rows("headers").stream()
            .map(header -> new RecordHeader(header.text("name"), header.data("value")))
            .toList(),
        PartCodec.failure(row.row("cause")));
  }
}
