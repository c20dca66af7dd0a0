package dev.errand.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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
            return seen[1] > 0;
          });
      assertThat(seen[0]).isBetween(1L << 19, 2L << 20); // a burst of 4 s at 256 KiB/s
      assertThat(seen[1]).isEqualTo(BoxStage.LOUD_BYTES);
      assertThat(last).hasSize(RunLease.MAX_TAIL_BYTES).endsWith(BoxStage.LOUD_END);
    }
  }
}
