package dev.errand.standalone;

import dev.errand.repositories.credentials.Credential;
import dev.errand.repositories.credentials.Credentials;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.GitCredentialSealed;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.secrets.Secret;
import dev.errand.secrets.Vault;
import dev.errand.stage.StageHost;
import dev.errand.stage.Table;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/** The topic's credentials, each opened for one call of git. Thread-safe. */
final class SealedCredentials implements Credentials, AutoCloseable {
  private static final Duration CATCH_UP = Duration.ofSeconds(60);

  private final Table<GitCredentialSealed> table;
  private final Vault vault;

  private SealedCredentials(Table<GitCredentialSealed> table, Vault vault) {
    this.table = table;
    this.vault = vault;
  }

  /**
   * Returns when all that the topic has are known: without its credential, a repository would look
   * as if it were not there.
   *
   * @throws ErrandException BROKER_UNAVAILABLE
   */
  static SealedCredentials follow(StageHost host, Vault vault) throws InterruptedException {
    Table<GitCredentialSealed> table =
        Table.follow(
            host.connection(), host.wire(), Topic.GIT_CREDENTIALS, GitCredentialSealed.class);
    if (!table.awaitCaughtUp(CATCH_UP)) {
      table.close();
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE,
          "the git credentials could not be read in %d s".formatted(CATCH_UP.toSeconds()));
    }
    return new SealedCredentials(table, vault);
  }

  @Override
  public Optional<Found> find(RepositoryUrl url) {
    return table.all().stream()
        .filter(fact -> !fact.deleted() && fact.place().holds(url))
        .max(Comparator.comparingInt(fact -> fact.place().value().length()))
        .map(this::opened);
  }

  private Found opened(GitCredentialSealed fact) {
    Secret secret = vault.open(fact);
    byte[] bytes = secret.toBytes();
    try {
      return new Found(fact.place(), fact.version(), Credential.of(bytes));
    } finally {
      Arrays.fill(bytes, (byte) 0);
      secret.wipe();
    }
  }

  @Override
  public void close() {
    table.close();
  }
}
