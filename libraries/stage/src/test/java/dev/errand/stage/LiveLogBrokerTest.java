package dev.errand.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Data;
import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The live log, on a broker of its own: no other stage may end the run that is watched. */
final class LiveLogBrokerTest {
  @TempDir static Path folder;
  private static Laboratory lab;

  @BeforeAll
  static void start() throws Exception {
    lab = new Laboratory(folder);
    lab.start(new BoxStage("loud", folder.resolve("loud"), 2, Duration.ofMinutes(5)));
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void aReaderKnowsWhatItHasNotReadYet() throws Exception {
    Event.AttemptSubmitted fact = lab.submit("10");

    try (LogReader reader = LogReader.open(lab.connection, lab.wire, fact.run().task())) {
      lab.await("something to read", _ -> !reader.isAtEnd());
      lab.await("the end", _ -> reader.poll(Duration.ofMillis(100)).isEmpty() && reader.isAtEnd());
    }
  }

  @Test
  void outputAndProgressComeInTheOrderOfTheirTimes() {
    RunId run = Samples.run();
    List<Event.OfRun> told = new ArrayList<>();
    StageName stage = new StageName("agent");
    for (int i = 0; i < 10; i++) {
      var progress = new Event.Progress.Noticed("remark " + i);
      told.add(new Event.AttemptProgressed(run, Samples.NODE, stage, progress));
      Data line = Data.of("line %d\n".formatted(i).getBytes(StandardCharsets.US_ASCII));
      told.add(new Event.AttemptLogged(run, Samples.NODE, stage, i * 7L, line, false));
    }
    for (Event.OfRun fact : told) {
      awaitTheNextMillisecond();
      lab.writer.appendLive(
          fact instanceof Event.AttemptLogged ? Topic.ATTEMPTS_LOGGED : Topic.ATTEMPTS_PROGRESSED,
          fact);
    }
    lab.await("all of them", l -> Topics.facts(l.entries(), Event.OfRun.class).containsAll(told));

    List<Event.OfRun> read = new ArrayList<>();
    try (LogReader reader = LogReader.open(lab.connection, lab.wire, run.task())) {
      lab.await(
          "the end", _ -> !read.addAll(reader.poll(Duration.ofMillis(100))) && reader.isAtEnd());
    }
    assertThat(read).isEqualTo(told);
  }

  private static void awaitTheNextMillisecond() {
    InstantSource clock = InstantSource.system();
    long now = clock.millis();
    while (clock.millis() == now) {
      Thread.onSpinWait();
    }
  }

  @Test
  void theLiveLogIsCutToItsRateAndSaysSoAndEndsWithTheLastBytes() throws Exception {
    Event.AttemptSubmitted fact = lab.submit("log");

    try (LogReader reader = LogReader.open(lab.connection, lab.wire, fact.run().task())) {
      long[] seen = new long[2];
      StringBuilder last = new StringBuilder();
      lab.await(
          "the marker",
          _ -> {
            for (Event.OfRun live : reader.poll(Duration.ofMillis(100))) {
              if (live instanceof Event.AttemptLogged chunk
                  && chunk.stage().value().equals("loud")) {
                seen[0] += chunk.data().size();
                seen[1] = chunk.truncated() ? chunk.offset() + chunk.data().size() : seen[1];
                last.setLength(0);
                last.append(new String(chunk.data().toBytes(), StandardCharsets.US_ASCII));
              }
            }
            return seen[1] == BoxStage.LOUD_BYTES; // a slow writer is cut several times
          });
      // A burst of 4 s at 256 KiB/s, and what a slow writer may add while it writes.
      assertThat(seen[0]).isBetween(1L << 19, BoxStage.LOUD_BYTES - (1L << 20));
      assertThat(last).hasSize(RunLease.MAX_TAIL_BYTES).endsWith(BoxStage.LOUD_END);
    }
  }
}
