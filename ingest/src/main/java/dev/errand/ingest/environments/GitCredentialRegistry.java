package dev.errand.ingest.environments;

import dev.errand.repositories.credentials.Credential;
import dev.errand.schemas.Data;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.GitCredentialSealed;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.GitPlace;
import dev.errand.secrets.Secret;
import dev.errand.secrets.Vault;
import dev.errand.stage.FactWriter;
import dev.errand.stage.Position;
import dev.errand.stage.Table;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sealed credentials for git repositories, one for each place. They go in and never come out:
 * here only their places and versions can be asked for. Thread-safe.
 */
public final class GitCredentialRegistry {
  private static final Duration READ_BACK = Duration.ofSeconds(10);

  private final Table<GitCredentialSealed> table;
  private final FactWriter writer;
  private final Vault vault;
  private final ReentrantLock editing = new ReentrantLock();

  public GitCredentialRegistry(Table<GitCredentialSealed> table, FactWriter writer, Vault vault) {
    this.table = table;
    this.writer = writer;
    this.vault = vault;
  }

  /** All that were not deleted, by place; still sealed. */
  public List<GitCredentialSealed> all() {
    return table.all().stream()
        .filter(fact -> !fact.deleted())
        .sorted(Comparator.comparing(GitCredentialSealed::place))
        .toList();
  }

  /** Seals the credential as the place's next version. */
  public int put(GitPlace place, Credential credential) throws InterruptedException {
    byte[] bytes = credential.toBytes();
    Secret secret = Secret.of(bytes);
    Arrays.fill(bytes, (byte) 0);
    editing.lockInterruptibly();
    try {
      int version = nextVersion(place);
      Data sealed = vault.seal(place, version, secret);
      append(new GitCredentialSealed(place, version, sealed, false));
      return version;
    } finally {
      secret.wipe();
      editing.unlock();
    }
  }

  /**
   * Removes the credential; what was sealed is gone once the topic is compacted.
   *
   * @return whether there was one
   */
  public boolean delete(GitPlace place) throws InterruptedException {
    editing.lockInterruptibly();
    try {
      boolean found = table.find(place.value()).filter(fact -> !fact.deleted()).isPresent();
      if (found) {
        append(new GitCredentialSealed(place, nextVersion(place), Data.of(new byte[0]), true));
      }
      return found;
    } finally {
      editing.unlock();
    }
  }

  private int nextVersion(GitPlace place) {
    Optional<GitCredentialSealed> last = table.find(place.value());
    return last.map(GitCredentialSealed::version).orElse(0) + 1;
  }

  private void append(GitCredentialSealed fact) throws InterruptedException {
    EventId id = EventId.of("git credential %s %d".formatted(fact.key(), fact.version()));
    Position position = writer.append(Topic.GIT_CREDENTIALS, id, fact);
    if (!table.await(position, READ_BACK)) {
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE,
          "the credential was stored but could not be read back in %d s"
              .formatted(READ_BACK.toSeconds()));
    }
  }
}
