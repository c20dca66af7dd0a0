package dev.errand.ingest;

import dev.errand.cache.Snapshots;
import dev.errand.ingest.access.InboxSignatures;
import dev.errand.ingest.access.ServerKey;
import dev.errand.ingest.access.Sessions;
import dev.errand.ingest.access.Tokens;
import dev.errand.ingest.admission.AdmitStage;
import dev.errand.ingest.environments.EnvironmentRegistry;
import dev.errand.ingest.environments.GitCredentialRegistry;
import dev.errand.ingest.environments.SecretRegistry;
import dev.errand.ingest.tasks.Submissions;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EventId;
import dev.errand.stage.StageRunner;
import dev.errand.stage.Table;
import dev.errand.stage.heartbeat.Heartbeat;
import dev.errand.stage.heartbeat.Heartbeat.Said;
import dev.errand.views.NodeReports;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that answers requests, once it is there: the wiring. Closing it ends what it started.
 *
 * @param parts what others made
 */
record Services(
    FrontDoorParts parts,
    Tokens tokens,
    Sessions sessions,
    InboxSignatures signatures,
    EnvironmentRegistry environments,
    SecretRegistry secrets,
    GitCredentialRegistry gitCredentials,
    Submissions submissions,
    Snapshots snapshots,
    StageRunner admit,
    Heartbeat heartbeat,
    Table<Event.EnvironmentDefined> environmentTable,
    Table<Event.SecretSealed> secretTable,
    Table<Event.GitCredentialSealed> credentialTable,
    Table<Event.SchemaRegistered> schemaTable,
    Table<Event.SnapshotChanged> snapshotTable)
    implements AutoCloseable {

  /** Thousands of compacted records, on a machine that is busy starting. */
  private static final Duration CATCH_UP = Duration.ofSeconds(60);

  /** How long a request that writes may wait for the broker; somebody waits for its answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  static Services start(FrontDoorParts given) throws InterruptedException {
    FrontDoorParts parts = given.with(given.writer().within(PATIENCE));
    InstantSource clock = parts.stages().clock();
    Tokens tokens =
        Tokens.open(FrontDoor.tokens(parts.data()), parts.data().resolve("token"), clock);
    ServerKey key = ServerKey.open(parts.data().resolve("server/inbox.key"));
    InboxSignatures signatures = new InboxSignatures(key, tokens, clock);

    var environmentTable = follow(parts, Topic.ENVIRONMENTS, Event.EnvironmentDefined.class);
    var secretTable = follow(parts, Topic.SECRETS, Event.SecretSealed.class);
    var credentialTable = follow(parts, Topic.GIT_CREDENTIALS, Event.GitCredentialSealed.class);
    var schemaTable = follow(parts, Topic.SCHEMAS, Event.SchemaRegistered.class);
    schemaTable.onChange(parts.wire()::learn);
    Snapshots snapshots = new Snapshots();
    var snapshotTable = follow(parts, snapshots);
    awaitCaughtUp(environmentTable, secretTable, credentialTable, schemaTable, snapshotTable);
    shareSchemas(parts, schemaTable);

    var environments = new EnvironmentRegistry(environmentTable, parts.writer());
    var secrets = new SecretRegistry(secretTable, parts.writer(), parts.vault());
    StageRunner admit =
        new StageRunner(
            parts.stages(),
            new AdmitStage(
                new AdmitStage.Lookups(
                    signatures,
                    environments,
                    secrets,
                    parts.mirrors(),
                    parts.views(),
                    parts.artifacts().reserve(),
                    parts.node(),
                    clock)),
            () -> Integer.MAX_VALUE);
    admit.start();
    // Heard by the lifecycle decider: what it does not hear of nodes, they did not say.
    Heartbeat heartbeat =
        new Heartbeat(parts.stages(), NodeReports.FRONT_DOOR, () -> Said.holding(List.of()));
    heartbeat.start();
    return new Services(
        parts,
        tokens,
        new Sessions(key, tokens, clock),
        signatures,
        environments,
        secrets,
        new GitCredentialRegistry(credentialTable, parts.writer(), parts.vault()),
        submissions(parts, signatures),
        snapshots,
        admit,
        heartbeat,
        environmentTable,
        secretTable,
        credentialTable,
        schemaTable,
        snapshotTable);
  }

  private static Submissions submissions(FrontDoorParts parts, InboxSignatures signatures) {
    return new Submissions(
        new Submissions.Surroundings(
            parts.wire(),
            parts.writer(),
            parts.views(),
            parts.admission(),
            signatures,
            parts.node(),
            parts.artifacts().reserve(),
            parts.stages().clock()));
  }

  private static <E extends Event> Table<E> follow(
      FrontDoorParts parts, Topic topic, Class<E> type) {
    return Table.follow(parts.kafka(), parts.wire(), topic, type);
  }

  private static Table<Event.SnapshotChanged> follow(FrontDoorParts parts, Snapshots snapshots) {
    return Table.follow(
        parts.kafka(),
        parts.wire(),
        Topic.SNAPSHOTS,
        Event.SnapshotChanged.class,
        snapshots::apply); // every fact: of a snapshot, the newest alone does not say enough
  }

  private static void awaitCaughtUp(Table<?>... tables) throws InterruptedException {
    for (Table<?> table : tables) {
      if (!table.awaitCaughtUp(CATCH_UP)) {
        throw new ErrandException(
            FailureCode.BROKER_UNAVAILABLE,
            "the broker's topics could not be read in %d s".formatted(CATCH_UP.toSeconds()));
      }
    }
  }

  /** Learns what newer writers have shown, and shows what this build knows and the topic lacks. */
  private static void shareSchemas(FrontDoorParts parts, Table<Event.SchemaRegistered> table)
      throws InterruptedException {
    table.all().forEach(parts.wire()::learn);
    for (Event.SchemaRegistered schema : parts.wire().schemas()) {
      if (table.find(schema.key()).isEmpty()) {
        parts.writer().append(Topic.SCHEMAS, EventId.of("schema " + schema.id()), schema);
      }
    }
  }

  /**
   * Refuses what would have to wait for a broker that is away, before it takes a thread.
   *
   * @throws ErrandException BROKER_UNAVAILABLE
   */
  void requireBroker() {
    if (!parts.views().brokerAnswers()) {
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE, "the broker does not answer; nothing can be written");
    }
  }

  /** What is not there yet, or no longer; nothing when tasks are taken. */
  List<String> missing() throws InterruptedException {
    Map<String, Boolean> there = new LinkedHashMap<>();
    there.put("broker", parts.views().brokerAnswers());
    there.put("views", parts.views().ready());
    there.put("admission", parts.admission().ready());
    there.put("lifecycle", parts.lifecycle().ready());
    there.put("ledger", parts.stages().ledger().awaitCaughtUp(Duration.ZERO));
    return there.entrySet().stream().filter(one -> !one.getValue()).map(Map.Entry::getKey).toList();
  }

  @Override
  public void close() {
    heartbeat.close();
    admit.close();
    environmentTable.close();
    secretTable.close();
    credentialTable.close();
    schemaTable.close();
    snapshotTable.close();
  }
}
