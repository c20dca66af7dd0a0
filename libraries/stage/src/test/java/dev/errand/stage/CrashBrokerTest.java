package dev.errand.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event;
import dev.errand.stage.StageHost.Step;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that die at any step, are killed from outside, or only seem dead. */
final class CrashBrokerTest {
  @TempDir static Path folder;
  private static Laboratory lab;

  @BeforeAll
  static void start() throws Exception {
    lab = new Laboratory(folder);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void aCrashAtAnyStepLosesNothingAndRepeatsNothing() throws Exception {
    Event.AttemptSubmitted fact = lab.submit("4000"); // long enough to be renewed
    Map<String, Worker> dying = new HashMap<>();
    for (Step step : Step.values()) {
      dying.put(stageOf(step), lab.worker(stageOf(step), step.name()));
    }

    for (Worker worker : dying.values()) {
      assertThat(worker.isDeadWithin(Laboratory.PATIENCE)).isTrue();
    }
    Map<Step, String> ids = new HashMap<>();
    for (Step step : Step.values()) {
      BoxStage heir = heir(stageOf(step), 4);
      lab.start(heir);
      ids.put(step, outputId(fact, heir));
    }

    for (Map.Entry<Step, String> output : ids.entrySet()) {
      Step step = output.getKey();
      String id = output.getValue();
      lab.await("an output after a crash at " + step, l -> !made(l, id).isEmpty());
      assertThat(made(lab, id).stream().map(Topics.Entry::value).distinct()).hasSize(1);
      assertThat(BoxStage.made(boxes(stageOf(step)), fact)).as("boxes at " + step).isOne();
    }
  }

  @Test
  void whatAKilledHolderHeldIsJoinedByTheNext() throws Exception {
    Path boxes = boxes("killed");
    Event.AttemptSubmitted fact = lab.submit("6000");
    try (Worker holder = lab.worker("killed", "never")) {
      lab.await("the box", _ -> calls(boxes, fact) > 0);
      holder.signal("KILL");
      assertThat(holder.isDeadWithin(Laboratory.PATIENCE)).isTrue();
    }

    BoxStage heir = heir("killed", 4);
    lab.start(heir);

    lab.await("the output", l -> !made(l, outputId(fact, heir)).isEmpty());
    assertThat(BoxStage.made(boxes, fact)).isOne();
    assertThat(calls(boxes, fact)).isEqualTo(2);
  }

  @Test
  void aHolderThatWakesUpLateChangesNothing() throws Exception {
    Path boxes = boxes("frozen");
    Event.AttemptSubmitted fact = lab.submit("5000");
    try (Worker holder = lab.worker("frozen", "never")) {
      lab.await("the box", _ -> calls(boxes, fact) > 0);
      holder.signal("STOP");
      BoxStage heir = heir("frozen", 4);
      lab.start(heir);
      String id = outputId(fact, heir);
      lab.await("the output", l -> !made(l, id).isEmpty());
      assertThat(calls(boxes, fact)).isEqualTo(2);

      holder.signal("CONT");
      Event.AttemptSubmitted later = lab.submit("0"); // whoever takes it, all are well again
      lab.await("a later output", l -> !made(l, outputId(later, heir)).isEmpty());

      assertThat(made(lab, id).stream().map(Topics.Entry::value).distinct()).hasSize(1);
      assertThat(BoxStage.made(boxes, fact)).isOne();
    }
  }

  private static String stageOf(Step step) {
    return "box-" + step.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Path boxes(String stage) {
    return folder.resolve(stage + ".boxes");
  }

  private static BoxStage heir(String stage, int slots) {
    return new BoxStage(stage, boxes(stage), slots, Duration.ofMinutes(5));
  }

  private static long calls(Path boxes, Event.OfRun fact) {
    return BoxStage.calls(boxes, fact);
  }

  private static String outputId(Event.AttemptSubmitted fact, BoxStage stage) {
    return Laboratory.idOf(fact)
        .then(stage.spec().name(), fact.run().turn(), fact.run().run())
        .toString();
  }

  private static List<Topics.Entry> made(Laboratory lab, String id) {
    return lab.entries().stream().filter(entry -> entry.id().equals(id)).toList();
  }
}
