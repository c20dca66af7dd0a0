package dev.errand.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StageRunnerBrokerTest {
  @TempDir static Path folder;
  private static Laboratory lab;

  @BeforeAll
  static void start() throws Exception {
    lab = new Laboratory(folder);
    lab.start(lab.boxStage(6));
  }

  @AfterAll
  static void stop() throws Exception {
    lab.close();
  }

  @Test
  void aFactBecomesTheNext() throws Exception {
    Event.AttemptSubmitted fact = lab.submit("0");

    lab.await("the output", l -> !l.made(fact.run()).isEmpty());
    assertThat(lab.made(fact.run())).hasSize(1);
  }

  @Test
  void moreJobsThanPartitionsSpreadOverTheSlots() throws Exception {
    List<Event.AttemptSubmitted> facts = new ArrayList<>();
    for (int i = 0; i < 18; i++) {
      facts.add(lab.submit("4000")); // beyond the lock
    }
    long begun = System.nanoTime();

    lab.await("all outputs", l -> facts.stream().allMatch(fact -> !l.made(fact.run()).isEmpty()));

    System.err.println("18 x 4 s on 6 slots: " + (System.nanoTime() - begun) / 1_000_000 + " ms");
    for (Event.AttemptSubmitted fact : facts) {
      assertThat(BoxStage.calls(lab.boxes, fact)).isEqualTo(1);
      assertThat(lab.made(fact.run())).hasSize(1);
    }
  }
}
