package dev.errand.stage;

import dev.errand.schemas.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The guarantee that no stage worked twice on one thing with two results: every fact that a stage
 * appended about a run, or about a request, has one id and the same bytes, however often it lies on
 * its topic. What anybody may append, {@code attempts.ended}, is not a stage's alone: there the
 * lowest offset is the truth.
 */
public final class AtMostOneRun {
  private AtMostOneRun() {}

  private record Made(String topic, String about) {}

  /** What breaks it, in words. */
  public static List<String> violations(List<Topics.Entry> entries) {
    Map<Made, Topics.Entry> first = new HashMap<>();
    List<String> broken = new ArrayList<>();
    for (Topics.Entry entry : entries) {
      String about = about(entry.fact().orElse(null));
      if (about.isEmpty()) {
        continue;
      }
      Topics.Entry before = first.putIfAbsent(new Made(entry.topic(), about), entry);
      if (before != null && !same(before, entry)) {
        broken.add("%s has two results of %s".formatted(entry.topic(), about));
      }
    }
    return broken;
  }

  /** What a stage's fact is about; empty for what is no stage's alone. */
  private static String about(@Nullable Event fact) {
    return switch (fact) {
      case Event.TaskResolved resolved -> resolved.request().task().value();
      case Event.OnNode onNode -> onNode.run().toString();
      case null, default -> "";
    };
  }

  private static boolean same(Topics.Entry one, Topics.Entry other) {
    return one.value().equals(other.value()) && one.id().equals(other.id());
  }
}
