package dev.errand.provisioner.snapshots;

import dev.errand.cache.Ingredients;
import dev.errand.cache.Snapshot;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.Event.EnvironmentDefined;
import dev.errand.schemas.Event.SecretSealed;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.SecretName;
import dev.errand.stage.StageHost;
import dev.errand.stage.Table;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Which snapshots an edit of their environment has made useless: another script, a reset, another
 * version of a secret. What is built after the edit, for a task that was admitted before it, is
 * left alone: the tasks that wait for it need it, and no other finds it.
 *
 * <p>Of the image only the task says which one its name means. Safe for any thread.
 */
final class Edits implements AutoCloseable {
  private final Table<EnvironmentDefined> environments;
  private final Table<SecretSealed> secrets;
  private final InstantSource clock;
  private final Runnable onEdit;
  private final Instant started;
  private final Map<EnvironmentId, Instant> edited = new ConcurrentHashMap<>();

  /**
   * @param onEdit called on the reading thread after each edit
   */
  Edits(StageHost host, Table<SecretSealed> secrets, Runnable onEdit) {
    this.secrets = secrets;
    this.clock = host.clock();
    this.onEdit = onEdit;
    this.started = clock.instant();
    this.environments =
        Table.follow(host.connection(), host.wire(), Topic.ENVIRONMENTS, EnvironmentDefined.class);
    environments.onChange(fact -> edited(fact.spec().id()));
    secrets.onChange(fact -> edited(fact.environment()));
  }

  private void edited(EnvironmentId environment) {
    edited.put(environment, clock.instant());
    onEdit.run();
  }

  /** False when what was known at the start has not been read in time. */
  boolean awaitCaughtUp(Duration patience) throws InterruptedException {
    return environments.awaitCaughtUp(patience) && secrets.awaitCaughtUp(patience);
  }

  /** What was changed since the snapshot was made; empty when it is as its environment asks. */
  Optional<String> since(Snapshot snapshot) {
    EnvironmentId id = snapshot.environment();
    Optional<EnvironmentDefined> found = environments.find(id.value());
    if (found.isEmpty() || snapshot.createdAt().isAfter(edited.getOrDefault(id, started))) {
      return Optional.empty();
    }
    if (found.get().deleted()) {
      return Optional.of("its environment was deleted");
    }
    EnvironmentSpec spec = found.get().spec();
    List<String> changed =
        Stream.of(versions(spec), Map.<SecretName, Integer>of()) // some branches get no secrets
            .map(versions -> differences(snapshot, spec, versions))
            .min(Comparator.comparingInt(List::size))
            .orElseThrow();
    return changed.isEmpty()
        ? Optional.empty()
        : Optional.of("its environment was edited: " + String.join(", ", changed));
  }

  private Map<SecretName, Integer> versions(EnvironmentSpec spec) {
    Map<SecretName, Integer> versions = new HashMap<>();
    for (SecretName name : spec.secrets()) {
      secrets
          .find(spec.id() + "/" + name)
          .filter(it -> !it.deleted())
          .ifPresent(it -> versions.put(name, it.version()));
    }
    return versions;
  }

  private static List<String> differences(
      Snapshot snapshot, EnvironmentSpec spec, Map<SecretName, Integer> versions) {
    return snapshot.ingredients().differences(Ingredients.of(spec, versions, "")).stream()
        .filter(part -> !part.equals(Ingredients.IMAGE))
        .toList();
  }

  @Override
  public void close() {
    environments.close();
  }
}
