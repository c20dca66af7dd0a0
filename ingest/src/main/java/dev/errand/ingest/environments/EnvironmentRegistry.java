package dev.errand.ingest.environments;

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
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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
  public record Edited(EnvironmentSpec spec, @Nullable Position position) {}

  private void tellReaders() {
    reading.lock();
    try {
      changed.signalAll();
    } finally {
      reading.unlock();
    }
  }

  /** The newest version, unless the environment was deleted. */
  public Optional<EnvironmentSpec> find(EnvironmentId id) {
    return table.find(id.value()).filter(fact -> !fact.deleted()).map(EnvironmentDefined::spec);
  }

  /**
   * The newest version.
   *
   * @throws ErrandException ENVIRONMENT_UNKNOWN
   */
  public EnvironmentSpec require(EnvironmentId id) {
    return find(id).orElseThrow(() -> unknown(id, ""));
  }

  private static ErrandException unknown(EnvironmentId id, String more) {
    return new ErrandException(
        FailureCode.ENVIRONMENT_UNKNOWN, "there is no environment '%s'%s".formatted(id, more));
  }

  /** All that were not deleted, by id. */
  public List<EnvironmentSpec> all() {
    return table.all().stream()
        .filter(fact -> !fact.deleted())
        .map(EnvironmentDefined::spec)
        .sorted(Comparator.comparing(EnvironmentSpec::id))
        .toList();
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
        Optional<EnvironmentSpec> newest = find(id);
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
  public Edited apply(EnvironmentSpec document, Owner by, boolean mayShowSecrets)
      throws InterruptedException {
    editing.lockInterruptibly();
    try {
      EnvironmentDefined last = table.find(document.id().value()).orElse(null);
      if (last == null) {
        return define(Revisions.numbered(document, 1, 1), by, false);
      }
      EnvironmentSpec before = last.spec();
      if (!last.deleted() && Revisions.saySame(before, document)) {
        return new Edited(before, null);
      }
      if (!mayShowSecrets && !Revisions.showSecretsToTheSame(before, document)) {
        throw new ErrandException(
            FailureCode.SECRETS_UNCONFIRMED,
            "with this change, other code would see the secrets of '%s'".formatted(before.id()));
      }
      return define(
          Revisions.numbered(document, before.version() + 1, before.generation()), by, false);
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
      EnvironmentSpec spec = require(id);
      return define(Revisions.numbered(spec, spec.version() + 1, spec.generation() + 1), by, false);
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
      EnvironmentSpec spec = require(id);
      return define(Revisions.numbered(spec, spec.version() + 1, spec.generation()), by, true);
    } finally {
      editing.unlock();
    }
  }

  private Edited define(EnvironmentSpec spec, Owner by, boolean deleted)
      throws InterruptedException {
    EventId id = EventId.of("environment %s %d".formatted(spec.id(), spec.version()));
    Position position =
        writer.append(Topic.ENVIRONMENTS, id, new EnvironmentDefined(spec, by, deleted));
    if (!table.await(position, READ_BACK)) {
      throw new ErrandException(
          FailureCode.BROKER_UNAVAILABLE,
          "the environment was stored but could not be read back in %d s"
              .formatted(READ_BACK.toSeconds()));
    }
    return new Edited(spec, position);
  }
}
