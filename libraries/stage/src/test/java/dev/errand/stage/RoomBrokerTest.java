package dev.errand.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.StageName;
import dev.errand.stage.StageHost.Step;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A runner draws no more than there is room for, whatever happens between asking and drawing. */
final class RoomBrokerTest {
  /** Long enough for a draw that should not be; what is wrong takes milliseconds. */
  private static final Duration TEMPTATION = Duration.ofSeconds(2);

  private static final Stage<Event.TaskRequested, Event.TaskResolved> INBOX =
      new Stage<>() {
        @Override
        public StageSpec<Event.TaskRequested, Event.TaskResolved> spec() {
          return new StageSpec<>(
              new StageName("inbox"),
              Topic.TASKS_REQUESTED,
              Topic.TASKS_RESOLVED,
              Event.TaskRequested.class,
              8,
              Duration.ofMinutes(1));
        }

        @Override
        public Event.TaskResolved process(Event.TaskRequested fact, Lease lease) {
          return new Event.TaskResolved(fact, Samples.spec(fact.task(), fact.prompt()), null);
        }
      };

  @TempDir Path folder;
  private Laboratory lab;

  @BeforeEach
  void start() throws Exception {
    lab = new Laboratory(folder);
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  @Test
  void whatHasBeenDrawnTakesItsRoomBeforeItHasBeenRead() throws Exception {
    AtomicInteger drawn = new AtomicInteger();
    CountDownLatch slow = new CountDownLatch(1);
    StageHost host =
        lab.host(
            (_, step) -> {
              if (step == Step.DRAWN) {
                drawn.incrementAndGet();
                awaitQuietly(slow);
              }
            });
    lab.submit("0");
    Event.AttemptSubmitted second = lab.submit("0");
    lab.start(host, lab.boxStage(6), () -> 1);
    lab.await("the first draw", _ -> drawn.get() == 1);
    Thread.sleep(TEMPTATION);

    assertThat(drawn).as("drawn while there is room for one").hasValue(1);
    slow.countDown();
    lab.await("the second output", l -> !l.made(second.run()).isEmpty());
  }

  @Test
  void aDrawThatWaitsIsBrokenOffWhenThereIsNoRoomAnyMore() throws Exception {
    AtomicInteger room = new AtomicInteger(1);
    StageRunner runner = lab.start(lab.host(), lab.boxStage(6), room::get);
    Event.AttemptSubmitted first = lab.submit("0");
    lab.await("a draw, and the wait for the next", l -> !l.made(first.run()).isEmpty());
    Thread.sleep(TEMPTATION);

    room.set(0);
    runner.recall();

    Event.AttemptSubmitted second = lab.submit("0");
    Thread.sleep(TEMPTATION);
    assertThat(lab.made(second.run())).as("drawn without room").isEmpty();
    room.set(1);

    lab.await("the second output", l -> !l.made(second.run()).isEmpty());
    assertThat(BoxStage.calls(lab.boxes, second)).isOne();
  }

  @Test
  void whatAStrangerWroteInAnUnknownSchemaHoldsNobodyUp() {
    assertThat(isReadingForLong(INBOX)).isFalse();
    assertThat(isReadingForLong(lab.boxStage(6))).as("a newer writer of ours").isTrue();
  }

  /** With a record whose schema is looked for where nobody answers. */
  private boolean isReadingForLong(Stage<?, ?> stage) {
    KafkaConnection nobody = new KafkaConnection("127.0.0.1:1", Map.of());
    byte[] unknown = ByteBuffer.allocate(50).put((byte) 0).putInt(99_999).array();
    try (Works works = new Works(Laboratory.host(nobody, folder, lab.writer, lab.ledger), stage)) {
      var _ =
          works.begin(
              new ConsumerRecord<>(stage.spec().input().pattern(), 0, 0, new byte[0], unknown),
              _ -> {});
      try {
        await().atMost(TEMPTATION).until(() -> !works.isReading());
        return false;
      } catch (ConditionTimeoutException e) {
        return true;
      } finally {
        works.stopAll(Job.Stop.LEASE_LOST);
      }
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
