package dev.errand.stage;

import dev.errand.schemas.Data;
import dev.errand.schemas.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The guarantee that no stage worked twice on one run with two results: every fact that a stage
 * appended about a run has one id and the same bytes, however often it lies on its topic.
 */
public final class AtMostOneRun {
  private AtMostOneRun() {}

  private record Made(String topic, String run) {}

  /** What breaks it, in words. */
  public static List<String> violations(List<Topics.Entry> entries) {
    Map<Made, Topics.Entry> first = new HashMap<>();
    List<String> broken = new ArrayList<>();
    for (Topics.Entry entry : entries) {
      if (entry.fact().orElse(null) instanceof Event.OnNode fact) {
        Made made = new Made(entry.topic(), fact.run().toString());
        Topics.Entry before = first.putIfAbsent(made, entry);
        if (before != null && !same(before.value(), before.id(), entry)) {
          broken.add("%s has two results of %s".formatted(made.topic(), made.run()));
        }
      }
    }
    return broken;
  }

  private static boolean same(Data value, String id, Topics.Entry entry) {
    return value.equals(entry.value()) && id.equals(entry.id());
  }
}
