package dev.errand.ingest.environments;

import dev.errand.ingest.documents.EnvironmentDefinition;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.EnvironmentDefined;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.Owner;
import dev.errand.stage.FactWriter;
import dev.errand.stage.Position;
import dev.errand.stage.Table;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All environments. Edits are made one after the other, and each is in the table before the next
 * begins, so that every version is one more than the last. Thread-safe.
 */
public final class EnvironmentRegistry {
  /** An append that is not back by then means a broker in trouble. */
  private static final Duration READ_BACK = Duration.ofSeconds(10);

  private final Table<EnvironmentDefined> table;
  private final FactWriter writer;
  private final ReentrantLock editing = new ReentrantLock();
  private final ReentrantLock reading = new ReentrantLock();
  private final Condition changed = reading.newCondition();

  public EnvironmentRegistry(Table<EnvironmentDefined> table, FactWriter writer) {
    this.table = table;
    this.writer = writer;
    table.onChange(_ -> tellReaders());
  }

  /**
   * An environment after an edit.
   *
   * @param position of the fact that the edit appended; null when nothing had to change
   */
  public record Edited(EnvironmentDefinition definition, @Nullable Position position) {}

  private void tellReaders() {
    reading.lock();
    try {
      changed.signalAll();
    } finally {
      reading.unlock();
    }
  }

  /** The newest version, unless the environment was deleted. */
  private Optional<EnvironmentDefinition> find(EnvironmentId id) {
    return table
        .find(id.value())
        .filter(fact -> !fact.deleted())
        .map(EnvironmentRegistry::definition);
  }

  private static EnvironmentDefinition definition(EnvironmentDefined fact) {
    return new EnvironmentDefinition(fact.spec(), fact.members());
  }

  /**
   * The newest version.
   *
   * @throws ErrandException ENVIRONMENT_UNKNOWN
   */
  public EnvironmentDefinition require(EnvironmentId id) {
    return find(id).orElseThrow(() -> unknown(id, ""));
  }

  /** The members by the newest version; one that was deleted, or never was, has none. */
  public Set<Owner> members(EnvironmentId id) {
    return find(id).map(EnvironmentDefinition::members).orElse(Set.of());
  }

  /** The environments that have this member by their newest versions. */
  public Set<EnvironmentId> withMember(Owner owner) {
    return definitions()
        .filter(definition -> definition.members().contains(owner))
        .map(definition -> definition.spec().id())
        .collect(Collectors.toSet());
  }

  private static ErrandException unknown(EnvironmentId id, String more) {
    return new ErrandException(
        FailureCode.ENVIRONMENT_UNKNOWN, "there is no environment '%s'%s".formatted(id, more));
  }

  /** All that were not deleted, by id. */
  public List<EnvironmentDefinition> all() {
    return definitions()
        .sorted(Comparator.comparing(definition -> definition.spec().id()))
        .toList();
  }

  private Stream<EnvironmentDefinition> definitions() {
    return table.all().stream()
        .filter(fact -> !fact.deleted())
        .map(EnvironmentRegistry::definition);
  }

  /**
   * The newest version, once it is at least this one.
   *
   * @param version 0 is whatever is the newest now
   * @throws ErrandException ENVIRONMENT_UNKNOWN when it has not come in time
   */
  public EnvironmentSpec await(EnvironmentId id, int version, Duration patience)
      throws InterruptedException {
    long left = patience.toNanos();
    reading.lockInterruptibly();
    try {
      while (true) {
        Optional<EnvironmentSpec> newest = find(id).map(EnvironmentDefinition::spec);
        if (newest.isPresent() && newest.get().version() >= version) {
          return newest.get();
        }
        if (left <= 0) {
          throw unknown(id, version == 0 ? "" : " with version %d or later".formatted(version));
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      reading.unlock();
    }
  }

  /**
   * Makes the environment what the document says; an identical one changes nothing.
   *
   * @param mayShowSecrets whether other code than before may see the secrets' values: somebody has
   *     said so, or there are none
   * @throws ErrandException SECRETS_UNCONFIRMED
   */
  public Edited apply(EnvironmentDefinition document, Owner by, boolean mayShowSecrets)
      throws InterruptedException {
    EnvironmentSpec spec = document.spec();
    Set<Owner> members = document.members();
    editing.lockInterruptibly();
    try {
      EnvironmentDefined last = table.find(spec.id().value()).orElse(null);
      if (last == null) {
        return define(new EnvironmentDefined(Revisions.numbered(spec, 1, 1), members, by, false));
      }
      EnvironmentSpec before = last.spec();
      if (!last.deleted() && Revisions.saySame(before, spec) && last.members().equals(members)) {
        return new Edited(definition(last), null);
      }
      if (!mayShowSecrets && !Revisions.showSecretsToTheSame(before, spec)) {
        throw new ErrandException(
            FailureCode.SECRETS_UNCONFIRMED,
            "with this change, other code would see the secrets of '%s'".formatted(before.id()));
      }
      EnvironmentSpec next = Revisions.numbered(spec, before.version() + 1, before.generation());
      return define(new EnvironmentDefined(next, members, by, false));
    } finally {
      editing.unlock();
    }
  }

  /**
   * Makes every prepared container of the environment stale.
   *
   * @throws ErrandException ENVIRONMENT_UNKNOWN
   */
  public Edited reset(EnvironmentId id, Owner by) throws InterruptedException {
    editing.lockInterruptibly();
    try {
      EnvironmentDefinition before = require(id);
      EnvironmentSpec spec = before.spec();
      EnvironmentSpec next = Revisions.numbered(spec, spec.version() + 1, spec.generation() + 1);
      return define(new EnvironmentDefined(next, before.members(), by, false));
    } finally {
      editing.unlock();
    }
  }

  /**
   * Deletes the environment; tasks that were admitted go on.
   *
   * @throws ErrandException ENVIRONMENT_UNKNOWN
   */
  public Edited delete(EnvironmentId id, Owner by) throws InterruptedException {
    editing.lockInterruptibly();
    try {
      EnvironmentDefinition before = require(id);
      EnvironmentSpec spec = before.spec();
      EnvironmentSpec last = Revisions.numbered(spec, spec.version() + 1, spec.generation());
      return define(new EnvironmentDefined(last, before.members(), by, true));
    } finally {
      editing.unlock();
    }
  }

  private Edited define(EnvironmentDefined fact) throws InterruptedException {
    EnvironmentSpec spec = fact.spec();
    EventId id = EventId.of("environment %s %d".formatted(spec.id(), spec.version()));
    Position position = writer.append(Topic.ENVIRONMENTS, id, fact);
    if (!table.await(position, READ_BACK)) {
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE,
          "the environment was stored but could not be read back in %d s"
              .formatted(READ_BACK.toSeconds()));
    }
    return new Edited(definition(fact), position);
  }
}
