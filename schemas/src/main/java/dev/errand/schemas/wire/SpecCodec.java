package dev.errand.schemas.wire;

import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.EnvironmentSpec.AgentKind;
import dev.errand.schemas.EnvironmentSpec.Internet;
import dev.errand.schemas.EnvironmentSpec.Limits;
import dev.errand.schemas.EnvironmentSpec.Preset;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.SecretName;
import dev.errand.schemas.ids.TaskId;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Environments and tasks, which travel with the facts about them. */
final class SpecCodec {
  private final Schemas schemas;

  SpecCodec(Schemas schemas) {
    this.schemas = schemas;
  }

  @Nullable Row writeOrNull(@Nullable TaskSpec spec) {
    return spec == null ? null : write(spec);
  }

  Row write(TaskSpec spec) {
    Map<String, Integer> versions =
        spec.secretVersions().entrySet().stream()
            .collect(Collectors.toMap(e -> e.getKey().value(), Map.Entry::getValue));
    return schemas
        .row("Task")
        .setText("id", spec.task())
        .setText("owner", spec.owner())
        .setText("prompt", spec.prompt())
        .setRow("environment", write(spec.environment()))
        .setText("branch", spec.branch())
        .setText("commit", spec.commit())
        .set("attempts", spec.attempts())
        .setMap("secretVersions", versions)
        .setTime("requestedAt", spec.requestedAt());
  }

  static TaskSpec task(Row row) throws NewerWriterException {
    return new TaskSpec(
        new TaskId(row.text("id")),
        new Owner(row.text("owner")),
        row.text("prompt"),
        environment(row.row("environment")),
        new RefName(row.text("branch")),
        new CommitSha(row.text("commit")),
        row.integer("attempts"),
        row.map("secretVersions", SecretName::new, Integer.class::cast),
        row.time("requestedAt"));
  }

  Row write(EnvironmentSpec spec) {
    return schemas
        .row("Environment")
        .setText("id", spec.id())
        .set("version", spec.version())
        .set("generation", spec.generation())
        .setText("label", spec.label())
        .setText("repository", spec.repository())
        .setText("branch", spec.branch())
        .setText("image", spec.image())
        .setMap("pins", spec.pins())
        .setText("setup", spec.setup())
        .setText("maintenance", spec.maintenance())
        .setText("verify", spec.verify())
        .setMap("variables", spec.variables())
        .setTexts("secrets", spec.secrets())
        .setTexts("trustedRefs", spec.trustedRefs())
        .setRow("internet", write(spec.internet()))
        .setText("agent", spec.agent())
        .setRow("limits", write(spec.limits()));
  }

  static EnvironmentSpec environment(Row row) throws NewerWriterException {
    String branch = row.textOrNull("branch");
    return new EnvironmentSpec(
        new EnvironmentId(row.text("id")),
        row.integer("version"),
        row.integer("generation"),
        row.textOrNull("label"),
        new RepositoryUrl(row.text("repository")),
        branch == null ? null : new RefName(branch),
        row.text("image"),
        row.map("pins", key -> key, Object::toString),
        row.text("setup"),
        row.text("maintenance"),
        row.text("verify"),
        row.map("variables", key -> key, Object::toString),
        row.list("secrets", SecretName::new),
        row.list("trustedRefs", RefName::new),
        internet(row.row("internet")),
        row.symbol("agent", AgentKind.class),
        limits(row.row("limits")));
  }

  private Row write(Internet internet) {
    return schemas
        .row("Internet")
        .setText("agent", internet.agent())
        .setTexts("domains", internet.domains())
        .setTexts("methods", internet.methods());
  }

  private static Internet internet(Row row) throws NewerWriterException {
    return new Internet(
        row.symbol("agent", Preset.class),
        row.list("domains", domain -> domain),
        row.list("methods", method -> method));
  }

  private Row write(Limits limits) {
    return schemas
        .row("Limits")
        .set("cpus", limits.cpus())
        .set("memoryBytes", limits.memoryBytes())
        .set("diskBytes", limits.diskBytes())
        .set("setupMillis", limits.setup().toMillis())
        .set("agentMillis", limits.agent().toMillis());
  }

  private static Limits limits(Row row) {
    return new Limits(
        row.real("cpus"),
        row.big("memoryBytes"),
        row.big("diskBytes"),
        Duration.ofMillis(row.big("setupMillis")),
        Duration.ofMillis(row.big("agentMillis")));
  }
}
