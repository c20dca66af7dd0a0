package dev.errand.ingest.environments;

import dev.errand.schemas.Data;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.SecretSealed;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.SecretName;
import dev.errand.secrets.Secret;
import dev.errand.secrets.Vault;
import dev.errand.stage.FactWriter;
import dev.errand.stage.Position;
import dev.errand.stage.Table;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sealed values of environments' secrets. Values go in and never come out: here only their
 * versions can be asked for. Thread-safe.
 */
public final class SecretRegistry {
  private static final Duration READ_BACK = Duration.ofSeconds(10);

  private final Table<SecretSealed> table;
  private final FactWriter writer;
  private final Vault vault;
  private final ReentrantLock editing = new ReentrantLock();

  public SecretRegistry(Table<SecretSealed> table, FactWriter writer, Vault vault) {
    this.table = table;
    this.writer = writer;
    this.vault = vault;
  }

  /** The newest value's version, from 1; empty when there is no value. */
  public Optional<Integer> version(EnvironmentId environment, SecretName name) {
    return last(environment, name).filter(fact -> !fact.deleted()).map(SecretSealed::version);
  }

  private Optional<SecretSealed> last(EnvironmentId environment, SecretName name) {
    return table.find(environment.value() + "/" + name.value());
  }

  /** Seals the value as the next version; the secret is wiped. */
  public int put(EnvironmentId environment, SecretName name, Secret secret)
      throws InterruptedException {
    editing.lockInterruptibly();
    try {
      int version = last(environment, name).map(SecretSealed::version).orElse(0) + 1;
      Data sealed = vault.seal(environment, name, version, secret);
      append(new SecretSealed(environment, name, version, sealed, false));
      return version;
    } finally {
      secret.wipe();
      editing.unlock();
    }
  }

  /**
   * Removes the value; what was sealed is gone once the topic is compacted.
   *
   * @return whether there was one
   */
  public boolean delete(EnvironmentId environment, SecretName name) throws InterruptedException {
    editing.lockInterruptibly();
    try {
      Optional<SecretSealed> last = last(environment, name).filter(fact -> !fact.deleted());
      if (last.isPresent()) {
        append(
            new SecretSealed(
                environment, name, last.get().version() + 1, Data.of(new byte[0]), true));
      }
      return last.isPresent();
    } finally {
      editing.unlock();
    }
  }

  /** Whether the environment has any value. */
  public boolean hasAny(EnvironmentId environment) {
    return table.all().stream()
        .anyMatch(fact -> fact.environment().equals(environment) && !fact.deleted());
  }

  /** Removes all values of an environment, so that a later one of the same name has none. */
  public void deleteAll(EnvironmentId environment) throws InterruptedException {
    List<SecretName> names =
        table.all().stream()
            .filter(fact -> fact.environment().equals(environment) && !fact.deleted())
            .map(SecretSealed::name)
            .toList();
    for (SecretName name : names) {
      delete(environment, name);
    }
  }

  private void append(SecretSealed fact) throws InterruptedException {
    EventId id = EventId.of("secret %s %d".formatted(fact.key(), fact.version()));
    Position position = writer.append(Topic.SECRETS, id, fact);
    if (!table.await(position, READ_BACK)) {
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE,
          "the secret was stored but could not be read back in %d s"
              .formatted(READ_BACK.toSeconds()));
    }
  }
}
