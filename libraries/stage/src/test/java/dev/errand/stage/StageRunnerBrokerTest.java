package dev.errand.stage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node that works on everything that may come. */
final class StageRunnerBrokerTest {
  @TempDir static Path folder;
  private static Laboratory lab;
  private static StageRunner runner;

  @BeforeAll
  static void start() throws Exception {
    lab = new Laboratory(folder);
    runner = lab.start(lab.boxStage(6));
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void moreJobsThanPartitionsSpreadOverTheSlotsAndAreRenewedBeyondTheLock() throws Exception {
    List<Event.AttemptSubmitted> facts = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      facts.add(lab.submit("4000")); // a lock is 3 s
    }

    lab.await("all outputs", l -> facts.stream().noneMatch(f -> l.made(f.run()).isEmpty()));

    for (Event.AttemptSubmitted fact : facts) {
      assertThat(BoxStage.calls(lab.boxes, fact)).isOne();
      assertThat(lab.made(fact.run())).hasSize(1);
    }
  }

  @Test
  void theSameFactTwiceIsOneBox() throws Exception {
    Event.AttemptSubmitted fact = lab.submit("500");
    lab.writer.append(Topic.ATTEMPTS_SUBMITTED, Laboratory.idOf(fact), fact);

    lab.await("both outputs", l -> l.made(fact.run()).size() == 2);

    assertThat(BoxStage.made(lab.boxes, fact)).isOne();
    assertThat(AtMostOneRun.violations(lab.entries())).isEmpty();
  }

  @Test
  void aFailureOfTheUsersEndsTheRunAtOnce() throws Exception {
    Event.AttemptSubmitted fact = lab.submit("fail SETUP_FAILED");

    assertThat(codeOf(endOf(fact.run()))).isEqualTo(FailureCode.SETUP_FAILED);
    assertThat(BoxStage.calls(lab.boxes, fact)).isOne();
    assertThat(lab.made(fact.run())).isEmpty();
  }

  @Test
  void aFailureOfTheSurroundingsIsTriedAgain() throws Exception {
    Event.AttemptSubmitted fact = lab.submit("flaky 2 ENGINE_FAILED");

    lab.await("the output", l -> !l.made(fact.run()).isEmpty());

    assertThat(BoxStage.calls(lab.boxes, fact)).isEqualTo(3);
    assertThat(lab.ends(fact.run())).isEmpty();
  }

  @Test
  void aFailureThatStaysIsGivenAwayAndThenEndsTheRun() throws Exception {
    Event.AttemptSubmitted fact = lab.submit("fail ENGINE_FAILED");

    assertThat(codeOf(endOf(fact.run()))).isEqualTo(FailureCode.ENGINE_FAILED);
    assertThat(BoxStage.calls(lab.boxes, fact)).isEqualTo(6); // 3 in place, given away once
  }

  @Test
  void whatOnlyLacksRoomIsTriedUntilThereIsSome() throws Exception {
    Event.AttemptSubmitted fact = lab.submit("flaky 9 DISK_FULL");

    lab.await("the output", l -> !l.made(fact.run()).isEmpty());

    assertThat(BoxStage.calls(lab.boxes, fact)).isEqualTo(10); // any other failure ends at 6
    assertThat(lab.ends(fact.run())).isEmpty();
  }

  @Test
  void poisonBeforeDecodingIsADeadLetterAndCanBeReplayed() throws Exception {
    byte[] poison = "no fact at all".getBytes(UTF_8);
    Position first =
        lab.writer.append(
            new ProducerRecord<>(
                Topic.ATTEMPTS_SUBMITTED.pattern(), "key".getBytes(UTF_8), poison));

    Event.DeadLettered letter = letterOf(first);
    assertThat(letter.cause().code()).isEqualTo(FailureCode.POISON);
    assertThat(letter.value().toBytes()).isEqualTo(poison);
    Position second = DeadLetters.replay(lab.writer, lab.wire, letter);

    assertThat(second.partition()).isEqualTo(first.partition());
    assertThat(letterOf(second).value()).isEqualTo(letter.value()); // still poison
  }

  @Test
  void poisonAfterDecodingEndsTheRunAndIsReplayedAsTheNextRun() throws Exception {
    Event.AttemptSubmitted fact = lab.submit("crash");

    assertThat(codeOf(endOf(fact.run()))).isEqualTo(FailureCode.BUG);
    Event.DeadLettered letter =
        Topics.facts(lab.entries(), Event.DeadLettered.class).stream()
            .filter(l -> l.cause().code() == FailureCode.BUG)
            .findFirst()
            .orElseThrow();
    assertThat(String.join("\n", letter.cause().lastLines())).contains("BoxStage");
    DeadLetters.replay(lab.writer, lab.wire, letter);

    assertThat(codeOf(endOf(fact.run().next()))).isEqualTo(FailureCode.BUG); // still a bug
  }

  @Test
  void whatIsCancelledInTheQueueIsNeverBegun() throws Exception {
    Event.AttemptSubmitted fact = Samples.submitted(Samples.run(), "0");
    Position end = cancel(fact.run());
    lab.ledger.await(end, Laboratory.PATIENCE);
    lab.writer.append(Topic.ATTEMPTS_SUBMITTED, Laboratory.idOf(fact), fact);
    Event.AttemptSubmitted later = submitBehind(fact);

    lab.await("a later output", l -> !l.made(later.run()).isEmpty());

    assertThat(BoxStage.calls(lab.boxes, fact)).isZero();
    assertThat(lab.made(fact.run())).isEmpty();
  }

  @Test
  void whatIsCancelledWhileItRunsStopsAndAppendsNothing() throws Exception {
    Event.AttemptSubmitted fact = lab.submit("100000");
    lab.await("the box", _ -> isHeld(fact.run()));

    cancel(fact.run());

    lab.await("nobody to watch", _ -> !isHeld(fact.run()));
    assertThat(lab.made(fact.run())).isEmpty();
    assertThat(lab.ends(fact.run())).hasSize(1);
  }

  @Test
  void aNewerRunStopsTheOlder() throws Exception {
    Event.AttemptSubmitted fact = lab.submit("100000");
    lab.await("the box", _ -> isHeld(fact.run()));

    RunId next = fact.run().next();
    lab.writer.append(
        Topic.ATTEMPTS_PLACED,
        EventId.of(next.toString()),
        new Event.AttemptPlaced(next, new NodeName("another")));

    lab.await("nobody to watch", _ -> !isHeld(fact.run()));
    assertThat(lab.made(fact.run())).isEmpty();
  }

  private static boolean isHeld(RunId run) {
    return runner.held().stream().anyMatch(held -> held.run().equals(run));
  }

  private static Position cancel(RunId run) throws InterruptedException {
    return lab.writer.append(
        Topic.ATTEMPTS_ENDED, EventId.of(run + " cancelled"), Samples.cancelled(run));
  }

  /** A fact of the same partition, so that it is drawn after. */
  private static Event.AttemptSubmitted submitBehind(Event.AttemptSubmitted fact)
      throws InterruptedException {
    RunId run = fact.run().task().attempt(2).run(1, 1);
    Event.AttemptSubmitted later = Samples.submitted(run, "0");
    lab.writer.append(Topic.ATTEMPTS_SUBMITTED, Laboratory.idOf(later), later);
    return later;
  }

  private static Event.AttemptEnded endOf(RunId run) {
    lab.await("the end of " + run, l -> !l.ends(run).isEmpty());
    return lab.ends(run).getFirst();
  }

  private static FailureCode codeOf(Event.AttemptEnded end) {
    return ((Event.Outcome.Failed) end.outcome()).failure().code();
  }

  private static Event.DeadLettered letterOf(Position position) {
    lab.await("the dead letter", l -> !letters(l, position).isEmpty());
    return letters(lab, position).getFirst();
  }

  private static List<Event.DeadLettered> letters(Laboratory lab, Position position) {
    return Topics.facts(lab.entries(), Event.DeadLettered.class).stream()
        .filter(
            letter ->
                letter.partition() == position.partition()
                    && letter.offset() == position.offset()
                    && letter.topic().equals(position.topic()))
        .toList();
  }
}
