package dev.errand.stage;

import dev.errand.schemas.Event;
import dev.errand.schemas.ids.AttemptId;
import dev.errand.schemas.ids.RunId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The guarantee that whatever was submitted ends: of each attempt, the newest run. */
public final class EveryAttemptEnds {
  private EveryAttemptEnds() {}

  /** The runs that break it: the newest of their attempt, and without an end. */
  public static Set<RunId> violations(List<Topics.Entry> entries) {
    Map<AttemptId, RunId> newest = new HashMap<>();
    for (Event.AttemptSubmitted fact : Topics.facts(entries, Event.AttemptSubmitted.class)) {
      newest.merge(fact.run().attempt(), fact.run(), (a, b) -> a.supersedes(b) ? a : b);
    }
    Set<RunId> open = new HashSet<>(newest.values());
    Topics.facts(entries, Event.AttemptEnded.class).forEach(end -> open.remove(end.run()));
    return open;
  }
}
