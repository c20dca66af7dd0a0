package dev.errand.cache;

import dev.errand.schemas.Event.SnapshotChanged;
import dev.errand.schemas.SnapshotChange;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Fingerprint;
import dev.errand.schemas.ids.NodeName;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All snapshots of all nodes, folded from {@code snapshots.facts}. A fact twice changes nothing but
 * the count of uses; facts of one snapshot come in their order. Safe for any thread.
 */
public final class Snapshots {
  /** Of each node, the newest that are over: what a miss is explained with. */
  private static final int MAX_OVER = 1_000;

  private record Id(NodeName node, BoxId box) {}

  private final Map<Id, Snapshot> all = new LinkedHashMap<>(); // guarded by this

  public synchronized void apply(SnapshotChanged fact) {
    Id id = new Id(fact.node(), fact.box());
    Snapshot known = all.get(id);
    switch (fact.change()) {
      case SnapshotChange.Created made -> {
        if (known == null) {
          all.put(id, created(fact, made));
          forgetOldest(fact.node());
        }
      }
      case SnapshotChange.Used used -> replace(id, known == null ? null : known.usedBy(fact.at()));
      case SnapshotChange.Invalidated told ->
          replace(id, known == null ? null : known.overBy(told.reason(), fact.at()));
      case SnapshotChange.Expired expired ->
          replace(id, known == null ? null : known.overBy(Snapshot.EXPIRED, fact.at()));
      case SnapshotChange.Unknown unknown -> {} // a newer writer's
    }
  }

  private void replace(Id id, @org.jspecify.annotations.Nullable Snapshot changed) {
    if (changed != null) {
      all.put(id, changed);
    }
  }

  private static Snapshot created(SnapshotChanged fact, SnapshotChange.Created made) {
    return new Snapshot(
        fact.node(),
        fact.box(),
        fact.environment(),
        fact.fingerprint(),
        Ingredients.of(made.ingredients()),
        made.head(),
        made.bytes(),
        fact.at(),
        fact.at(),
        0,
        "",
        fact.at());
  }

  private void forgetOldest(NodeName node) {
    List<Id> over =
        all.values().stream()
            .filter(snapshot -> snapshot.node().equals(node) && !snapshot.reason().isEmpty())
            .map(snapshot -> new Id(snapshot.node(), snapshot.box()))
            .toList();
    over.stream().limit(Math.max(0, over.size() - MAX_OVER)).forEach(all::remove);
  }

  /** What a run on this node may start from now: the newest, when there are several. */
  public synchronized Optional<Snapshot> find(NodeName node, Fingerprint fingerprint, Instant now) {
    return all.values().stream()
        .filter(snapshot -> snapshot.node().equals(node))
        .filter(snapshot -> snapshot.fingerprint().equals(fingerprint))
        .filter(snapshot -> snapshot.isValid(now))
        .max(Comparator.comparing(Snapshot::createdAt));
  }

  /** The newest that this node has had for the environment, valid or not. */
  public synchronized Optional<Snapshot> newest(NodeName node, EnvironmentId environment) {
    return all.values().stream()
        .filter(snapshot -> snapshot.node().equals(node))
        .filter(snapshot -> snapshot.environment().equals(environment))
        .max(Comparator.comparing(Snapshot::createdAt));
  }

  /** Those of one node, valid or not. */
  public synchronized List<Snapshot> on(NodeName node) {
    return all.values().stream().filter(snapshot -> snapshot.node().equals(node)).toList();
  }

  public synchronized Collection<Snapshot> all() {
    return List.copyOf(all.values());
  }

  /**
   * Why no snapshot of this node serves, in words for a task's log.
   *
   * @param wanted what the task needs
   */
  public String missReason(
      NodeName node, EnvironmentId environment, Ingredients wanted, Instant now) {
    Optional<Snapshot> last = newest(node, environment);
    if (last.isEmpty()) {
      return "nothing has been prepared for this environment here";
    }
    Snapshot snapshot = last.get();
    List<String> changed = snapshot.ingredients().differences(wanted);
    if (!changed.isEmpty()) {
      return "changed since %s: %s".formatted(snapshot.createdAt(), String.join(", ", changed));
    }
    if (!snapshot.reason().isEmpty()) {
      return "%s (%s)".formatted(snapshot.reason(), snapshot.changedAt());
    }
    return snapshot.isOld(now)
        ? Snapshot.EXPIRED
        : "the snapshot of %s is gone".formatted(snapshot.createdAt());
  }
}
