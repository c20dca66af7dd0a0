package dev.errand.stage.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.StageName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
  private static final StageName STAGE = new StageName("work");
  private static final EventId OUTPUT = EventId.of("output");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path root;

  @Test
  void theFirstToKeepAnOutputWins() {
    byte[] first = Journal.open(root, "key", STAGE).keep(OUTPUT, "first".getBytes(UTF_8));
    byte[] second = Journal.open(root, "key", STAGE).keep(OUTPUT, "second".getBytes(UTF_8));

    assertThat(first).asString(UTF_8).isEqualTo("first");
    assertThat(second).asString(UTF_8).isEqualTo("first");
    assertThat(Journal.open(root, "key", STAGE).find(OUTPUT).orElseThrow())
        .asString(UTF_8)
        .isEqualTo("first");
  }

  @Test
  void anotherInputsOutputIsNotFound() {
    Journal journal = Journal.open(root, "key", STAGE);
    journal.keep(EventId.of("another"), "another".getBytes(UTF_8));

    assertThat(journal.find(OUTPUT)).isEmpty();
    assertThat(journal.keep(OUTPUT, "mine".getBytes(UTF_8))).asString(UTF_8).isEqualTo("mine");
  }

  @Test
  void aTornFileIsNotFound() throws IOException {
    Journal journal = Journal.open(root, "key", STAGE);
    Files.writeString(journal.directory().resolve("work.out"), "torn");

    assertThat(journal.find(OUTPUT)).isEmpty();
  }

  @Test
  void theBeginningIsTheFirst() {
    Journal.open(root, "key", STAGE).begun(NOW);

    assertThat(Journal.open(root, "key", STAGE).begun(NOW.plusSeconds(60))).isEqualTo(NOW);
  }

  @Test
  void nothingButTheFilesThemselvesStays() throws IOException {
    Journal journal = Journal.open(root, "key", STAGE);
    journal.begun(NOW);
    journal.keep(OUTPUT, new byte[10]);
    journal.keep(OUTPUT, new byte[10]);

    try (Stream<Path> files = Files.list(journal.directory())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("work.begun", "work.out");
    }
  }

  @Test
  void whatIsOverGoesWhenItHasBeenSoForLongEnough() throws IOException {
    Journal over = Journal.open(root, "over", STAGE);
    Journal live = Journal.open(root, "live", STAGE);
    Duration day = Duration.ofHours(24);

    Sweeper.sweep(root, "over"::equals, NOW, day);
    assertThat(over.directory()).exists();
    Files.setLastModifiedTime(over.directory().resolve("over"), FileTime.from(NOW));
    Sweeper.sweep(root, "over"::equals, NOW.plus(day).plusSeconds(1), day);

    assertThat(over.directory()).doesNotExist();
    assertThat(live.directory()).exists();
  }

  @Test
  void whatIsOverKeepsNothingButTheJournalsOwn() throws IOException {
    Journal journal = Journal.open(root, "key", STAGE);
    journal.begun(NOW);
    journal.keep(OUTPUT, new byte[10]);
    for (String note : List.of("log-work", "log-work.work-1", "patch-1", "overture")) {
      Files.writeString(journal.directory().resolve(note), note);
    }
    Files.writeString(journal.directory().resolve("over"), "");

    Sweeper.lighten(journal.directory());
    Sweeper.lighten(root.resolve("nowhere"));

    try (Stream<Path> files = Files.list(journal.directory())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("work.begun", "work.out", "over");
    }
  }
}
