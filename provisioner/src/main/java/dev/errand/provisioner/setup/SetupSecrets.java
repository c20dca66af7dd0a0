package dev.errand.provisioner.setup;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.SecretSealed;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.SecretName;
import dev.errand.secrets.Secret;
import dev.errand.secrets.SecretForms;
import dev.errand.secrets.Vault;
import dev.errand.stage.Table;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The values that a task's setup may see, opened for as long as it runs. */
public final class SetupSecrets implements AutoCloseable {
  /** Admission has read the version already; this node is at most moments behind. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final Map<SecretName, Secret> opened = new HashMap<>();

  private SetupSecrets() {}

  /**
   * Opens what admission has granted. A value that was replaced meanwhile is taken in its newest
   * version: the log keeps no other.
   *
   * @throws ErrandException SECRET_MISSING
   */
  public static SetupSecrets open(TaskSpec task, Vault vault, Table<SecretSealed> table)
      throws InterruptedException {
    SetupSecrets secrets = new SetupSecrets();
    for (Map.Entry<SecretName, Integer> granted : task.secretVersions().entrySet()) {
      SecretName name = granted.getKey();
      SecretSealed sealed = find(table, task.environment().id(), name, granted.getValue());
      secrets.opened.put(name, vault.open(sealed));
    }
    return secrets;
  }

  private static SecretSealed find(
      Table<SecretSealed> table, EnvironmentId environment, SecretName name, int version)
      throws InterruptedException {
    String key = environment.value() + "/" + name.value();
    long looks = PATIENCE.dividedBy(LOOK_AGAIN);
    for (long look = 0; look < looks; look++) {
      Optional<SecretSealed> sealed = table.find(key).filter(found -> found.version() >= version);
      if (sealed.isPresent()) {
        return sealed.get();
      }
      awaitTheTopic();
    }
    throw new ErrandException(
        FailureCode.SECRET_MISSING,
        "secret %s of environment %s has no version %d".formatted(name, environment, version));
  }

  private static void awaitTheTopic() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
  }

  public RedactingFilter filter() {
    return new RedactingFilter(opened.values());
  }

  /** Copies for one phase; {@link #wipe} them after it. */
  public Map<String, byte[]> values() {
    Map<String, byte[]> values = new HashMap<>();
    opened.forEach((name, secret) -> values.put(name.value(), secret.toBytes()));
    return values;
  }

  /** What of them may be found in files, a line each; as secret as they are. Empty without any. */
  public byte[] forms() {
    return String.join("\n", SecretForms.of(opened.values())).getBytes(StandardCharsets.ISO_8859_1);
  }

  public static void wipe(Map<String, byte[]> values) {
    values.values().forEach(value -> Arrays.fill(value, (byte) 0));
  }

  @Override
  public void close() {
    opened.values().forEach(Secret::wipe);
  }
}
