package dev.errand.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event.SnapshotChanged;
import dev.errand.schemas.SnapshotChange;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is said of snapshots, and which of them serve. */
class SnapshotsTest {
  private static final NodeName HERE = new NodeName("here");
  private static final NodeName THERE = new NodeName("there");
  private static final EnvironmentId WEB = new EnvironmentId("web");
  private static final BoxId BOX = new BoxId("0123456789ab");
  private static final BoxId LATER = new BoxId("later6789abc");
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final RunId RUN = new TaskId("01ARZ3NDEKTSV4RRFFQ69G5FAV").attempt(1).run(1, 1);
  private static final Ingredients MADE = Ingredients.of(Map.of("setup script", "a", "image", "b"));
  private static final Ingredients CHANGED =
      Ingredients.of(Map.of("setup script", "c", "image", "b"));

  private final Snapshots snapshots = new Snapshots();

  private void say(NodeName node, BoxId box, Instant at, SnapshotChange change) {
    snapshots.apply(new SnapshotChanged(node, box, WEB, MADE.fingerprint(), at, change));
  }

  private static SnapshotChange created() {
    return new SnapshotChange.Created(MADE.parts(), new CommitSha("0".repeat(40)), 7, RUN);
  }

  private boolean serves(NodeName node, Instant now) {
    return snapshots.find(node, MADE.fingerprint(), now).isPresent();
  }

  @Test
  void oneServesForTwelveHoursOnItsNode() {
    say(HERE, BOX, NOON, created());

    assertThat(serves(HERE, NOON)).isTrue();
    assertThat(serves(HERE, NOON.plus(Duration.ofHours(12)).minusMillis(1))).isTrue();
    assertThat(serves(HERE, NOON.plus(Duration.ofHours(12)))).isFalse();
    assertThat(serves(THERE, NOON)).isFalse();
    assertThat(snapshots.find(HERE, CHANGED.fingerprint(), NOON)).isEmpty();
  }

  @Test
  void useDoesNotMakeItYounger() {
    say(HERE, BOX, NOON, created());
    say(HERE, BOX, NOON.plus(Duration.ofHours(11)), new SnapshotChange.Used(RUN));

    assertThat(serves(HERE, NOON.plus(Duration.ofHours(12)))).isFalse();
    assertThat(snapshots.all().iterator().next().uses()).isOne();
  }

  @Test
  void theFirstReasonStaysAndNothingRevivesIt() {
    say(HERE, BOX, NOON, created());
    say(HERE, BOX, NOON.plusSeconds(1), new SnapshotChange.Invalidated("reset"));
    say(HERE, BOX, NOON.plusSeconds(2), new SnapshotChange.Expired());
    say(HERE, BOX, NOON.plusSeconds(3), created());
    say(HERE, BOX, NOON.plusSeconds(4), new SnapshotChange.Unknown());

    assertThat(serves(HERE, NOON.plusSeconds(5))).isFalse();
    assertThat(snapshots.missReason(HERE, WEB, MADE, NOON.plusSeconds(5)))
        .isEqualTo("reset (2026-01-01T12:00:01Z)");
  }

  @Test
  void aMissIsExplained() {
    assertThat(snapshots.missReason(HERE, WEB, MADE, NOON)).contains("nothing has been prepared");
    say(HERE, BOX, NOON, created());
    assertThat(snapshots.missReason(HERE, WEB, CHANGED, NOON))
        .isEqualTo("changed since 2026-01-01T12:00:00Z: setup script");
    assertThat(snapshots.missReason(HERE, WEB, MADE, NOON.plus(Duration.ofHours(13))))
        .contains("older than 12 hours");
    assertThat(snapshots.missReason(HERE, WEB, MADE, NOON)).contains("is gone");
  }

  @Test
  void theNewestServes() {
    say(HERE, BOX, NOON, created());
    say(HERE, LATER, NOON.plusSeconds(1), created());

    assertThat(snapshots.find(HERE, MADE.fingerprint(), NOON.plusSeconds(2)))
        .map(Snapshot::box)
        .contains(LATER);
  }

  @Test
  void whatWasNeverMadeIsIgnored() {
    say(HERE, BOX, NOON, new SnapshotChange.Used(RUN));
    say(HERE, BOX, NOON, new SnapshotChange.Expired());

    assertThat(snapshots.all()).isEmpty();
  }

  @Test
  void fingerprintsAreOfNamesAndValues() {
    assertThat(MADE.fingerprint())
        .isEqualTo(Ingredients.of(Map.of("image", "b", "setup script", "a")).fingerprint());
    assertThat(Ingredients.of(Map.of("ab", "c")).fingerprint())
        .isNotEqualTo(Ingredients.of(Map.of("a", "bc")).fingerprint());
    assertThat(MADE.differences(CHANGED)).containsExactly("setup script");
  }
}
