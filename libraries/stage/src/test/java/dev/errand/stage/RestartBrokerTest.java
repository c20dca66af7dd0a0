package dev.errand.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event;
import dev.errand.schemas.FailureCode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that come and go, and jobs that do not end. */
final class RestartBrokerTest {
  private static final int RESTARTS = 20; // twice a record's deliveries

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
  void twentyRestartsDuringOneJobAreOneBoxAndOneResult() throws Exception {
    BoxStage stage = new BoxStage("restarted", lab.boxes, 2, Duration.ofMinutes(10));
    Event.AttemptSubmitted fact = lab.submit("600000");
    for (int i = 1; i <= RESTARTS; i++) {
      int calls = i;
      try (StageRunner runner = new StageRunner(lab.host(), stage, () -> Integer.MAX_VALUE)) {
        runner.start();
        lab.await("call " + i, _ -> BoxStage.calls(lab.boxes, fact) >= calls);
      }
    }

    BoxStage.finish(lab.boxes, fact);
    lab.start(stage);

    lab.await("the output", l -> !l.made(fact.run()).isEmpty());
    assertThat(BoxStage.made(lab.boxes, fact)).isOne();
    assertThat(lab.made(fact.run()).stream().distinct()).hasSize(1);
    assertThat(lab.ends(fact.run())).isEmpty();
  }

  @Test
  void whatTakesTooLongEndsTheRun() throws Exception {
    Event.AttemptSubmitted fact = lab.submit("50000");
    lab.start(new BoxStage("slow", folder.resolve("slow"), 2, Duration.ofSeconds(2)));

    lab.await("the end", l -> !l.ends(fact.run()).isEmpty());

    Event.Outcome outcome = lab.ends(fact.run()).getFirst().outcome();
    assertThat(((Event.Outcome.Failed) outcome).failure().code())
        .isEqualTo(FailureCode.STAGE_TIMED_OUT);
  }

  @Test
  void noMoreIsDrawnThanThereIsRoomFor() throws Exception {
    BoxStage stage = new BoxStage("narrow", folder.resolve("narrow"), 6, Duration.ofMinutes(5));
    try (StageRunner runner = new StageRunner(lab.host(), stage, () -> 0)) {
      runner.start();
      Event.AttemptSubmitted fact = lab.submit("0");
      lab.start(new BoxStage("wide", folder.resolve("wide"), 6, Duration.ofMinutes(5)));

      lab.await("another stage's output", l -> !l.made(fact.run()).isEmpty());

      assertThat(BoxStage.calls(folder.resolve("narrow"), fact)).isZero();
    }
  }
}
