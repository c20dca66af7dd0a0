package dev.errand.schemas.wire;

import dev.errand.schemas.Event.AgentExecuted;
import dev.errand.schemas.Event.AttemptEnded;
import dev.errand.schemas.Event.AttemptLogged;
import dev.errand.schemas.Event.AttemptPlaced;
import dev.errand.schemas.Event.AttemptProgressed;
import dev.errand.schemas.Event.AttemptSubmitted;
import dev.errand.schemas.Event.ContainerCreated;
import dev.errand.schemas.Event.EnvironmentPrepared;
import dev.errand.schemas.Event.OnNode;
import dev.errand.schemas.Event.RepositoryCheckedOut;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import org.jspecify.annotations.Nullable;

/** Facts about runs of attempts. */
final class AttemptCodec {
  private final Schemas schemas;
  private final PartCodec parts;
  private final SpecCodec specs;
  private final SumCodec sums;

  AttemptCodec(Schemas schemas, PartCodec parts, SpecCodec specs) {
    this.schemas = schemas;
    this.parts = parts;
    this.specs = specs;
    this.sums = new SumCodec(schemas, parts);
  }

  Row write(AttemptSubmitted fact) {
    return about("AttemptSubmitted", fact.run(), fact.node())
        .setText("prompt", fact.turn().prompt())
        .setRow("start", parts.write(fact.turn()))
        .setRow("spec", specs.write(fact.spec()));
  }

  static AttemptSubmitted submitted(Row row) throws NewerWriterException {
    return new AttemptSubmitted(
        run(row), nodeOrNull(row), PartCodec.turn(row), SpecCodec.task(row.row("spec")));
  }

  Row write(AttemptPlaced fact) {
    return about("AttemptPlaced", fact.run(), fact.node());
  }

  static AttemptPlaced placed(Row row) {
    return new AttemptPlaced(run(row), node(row));
  }

  Row write(ContainerCreated fact) {
    return onNode("ContainerCreated", fact)
        .setText("prompt", fact.turn().prompt())
        .setRow("start", parts.write(fact.turn()));
  }

  static ContainerCreated containerCreated(Row row) throws NewerWriterException {
    return new ContainerCreated(
        run(row), node(row), box(row), PartCodec.turn(row), SpecCodec.task(row.row("spec")));
  }

  Row write(RepositoryCheckedOut fact) {
    return onNode("RepositoryCheckedOut", fact)
        .setText("prompt", fact.turn().prompt())
        .setRow("start", parts.write(fact.turn()))
        .setText("head", fact.head());
  }

  static RepositoryCheckedOut checkedOut(Row row) throws NewerWriterException {
    return new RepositoryCheckedOut(
        run(row),
        node(row),
        box(row),
        PartCodec.turn(row),
        SpecCodec.task(row.row("spec")),
        new CommitSha(row.text("head")));
  }

  Row write(EnvironmentPrepared fact) {
    return onNode("EnvironmentPrepared", fact)
        .setText("prompt", fact.prompt())
        .setRows("logs", parts.write(fact.logs()));
  }

  static EnvironmentPrepared prepared(Row row) throws NewerWriterException {
    return new EnvironmentPrepared(
        run(row),
        node(row),
        box(row),
        row.text("prompt"),
        SpecCodec.task(row.row("spec")),
        PartCodec.logs(row));
  }

  Row write(AgentExecuted fact) {
    return onNode("AgentExecuted", fact)
        .set("exitCode", fact.exitCode())
        .setRows("logs", parts.write(fact.logs()));
  }

  static AgentExecuted executed(Row row) throws NewerWriterException {
    return new AgentExecuted(
        run(row),
        node(row),
        box(row),
        SpecCodec.task(row.row("spec")),
        row.integer("exitCode"),
        PartCodec.logs(row));
  }

  Row write(AttemptEnded fact) {
    return about("AttemptEnded", fact.run(), fact.node())
        .setText("stage", fact.stage())
        .setRow("outcome", sums.write(fact.outcome()))
        .setRows("logs", parts.write(fact.logs()));
  }

  static AttemptEnded ended(Row row) {
    String stage = row.textOrNull("stage");
    return new AttemptEnded(
        run(row),
        nodeOrNull(row),
        stage == null ? null : new StageName(stage),
        SumCodec.outcome(row.row("outcome")),
        PartCodec.logs(row));
  }

  Row write(AttemptProgressed fact) {
    return about("AttemptProgressed", fact.run(), fact.node())
        .setText("stage", fact.stage())
        .setRow("progress", sums.write(fact.progress()));
  }

  static AttemptProgressed progressed(Row row) {
    return new AttemptProgressed(
        run(row),
        node(row),
        new StageName(row.text("stage")),
        SumCodec.progress(row.row("progress")));
  }

  Row write(AttemptLogged fact) {
    return about("AttemptLogged", fact.run(), fact.node())
        .setText("stage", fact.stage())
        .set("offset", fact.offset())
        .setData("data", fact.data())
        .set("truncated", fact.truncated());
  }

  static AttemptLogged logged(Row row) {
    return new AttemptLogged(
        run(row),
        node(row),
        new StageName(row.text("stage")),
        row.big("offset"),
        row.data("data"),
        row.flag("truncated"));
  }

  private Row about(String type, RunId run, @Nullable NodeName node) {
    return schemas.row(type).setRow("run", parts.write(run)).setText("node", node);
  }

  private Row onNode(String type, OnNode fact) {
    return about(type, fact.run(), fact.node())
        .setText("box", fact.box())
        .setRow("spec", specs.write(fact.spec()));
  }

  private static RunId run(Row row) {
    return PartCodec.run(row.row("run"));
  }

  private static NodeName node(Row row) {
    return new NodeName(row.text("node"));
  }

  private static @Nullable NodeName nodeOrNull(Row row) {
    return row.textOrNull("node") == null ? null : node(row);
  }

  private static BoxId box(Row row) {
    return new BoxId(row.text("box"));
  }
}
