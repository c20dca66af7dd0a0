package dev.errand.stage;

import dev.errand.schemas.Event;
import dev.errand.schemas.Event.TaskRequested;
import dev.errand.schemas.ids.TaskId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The guarantee that whoever asks is answered: each readable request is rejected, or its task
 * completes, or it repeats a request with the same key that was answered.
 */
public final class EveryRequestEnds {
  private EveryRequestEnds() {}

  private record Key(String owner, String idempotencyKey) {
    static Key of(TaskRequested request) {
      return new Key(request.owner().value(), request.idempotencyKey());
    }
  }

  /** The tasks that were asked for and about which nobody said anything final. */
  public static Set<TaskId> violations(List<Topics.Entry> entries) {
    Set<TaskId> answered = new HashSet<>();
    Topics.facts(entries, Event.TaskRejected.class).forEach(fact -> answered.add(fact.task()));
    Topics.facts(entries, Event.TaskCompleted.class).forEach(fact -> answered.add(fact.task()));
    Map<TaskId, Key> keys = new HashMap<>(); // with the owner whom admission has found
    Set<Key> known = new HashSet<>();
    for (Event.TaskResolved fact : Topics.facts(entries, Event.TaskResolved.class)) {
      Key key = Key.of(fact.request());
      keys.put(fact.request().task(), key);
      if (answered.contains(fact.request().task())) {
        known.add(key);
      }
    }
    Set<TaskId> open = new HashSet<>();
    Topics.facts(entries, TaskRequested.class).forEach(fact -> open.add(fact.task()));
    open.removeAll(answered);
    open.removeIf(task -> keys.containsKey(task) && known.contains(keys.get(task)));
    return open;
  }
}
