package dev.errand.ingest.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.cache.Snapshot;
import dev.errand.cache.Snapshots;
import dev.errand.schemas.Event.SnapshotChanged;
import dev.errand.schemas.SnapshotChange;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Fingerprint;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotQueryTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final NodeName ONE = new NodeName("node-1");
  private static final NodeName TWO = new NodeName("node-2");

  private static final Fingerprint FINGERPRINT = new Fingerprint("f".repeat(64));

  private final Snapshots snapshots = new Snapshots();

  /** A snapshot of the environment whose box has this digit twelve times. */
  private void make(NodeName node, int digit, String environment, Instant at) {
    Map<String, String> ingredients = Map.of("image", "0".repeat(16));
    CommitSha head = new CommitSha("c".repeat(40));
    var by = new TaskId("01ARZ3NDEKTSV4RRFFQ69G5FAV").attempt(1).run(1, 1);
    say(node, digit, environment, at, new SnapshotChange.Created(ingredients, head, 5, by));
  }

  private void say(
      NodeName node, int digit, String environment, Instant at, SnapshotChange change) {
    snapshots.apply(
        new SnapshotChanged(
            node, box(digit), new EnvironmentId(environment), FINGERPRINT, at, change));
  }

  private static BoxId box(int digit) {
    return new BoxId(Integer.toString(digit).repeat(12));
  }

  private static SnapshotQuery all(int limit, SnapshotQuery.@Nullable Cursor cursor) {
    return new SnapshotQuery(null, null, null, limit, cursor);
  }

  private List<BoxId> boxes(SnapshotQuery query, Instant now) {
    return query.page(snapshots.all(), now).items().stream().map(Snapshot::box).toList();
  }

  @Test
  void theNewestComesFirstAndThenTheNodesInTheirOrder() {
    make(TWO, 1, "web", NOON);
    make(ONE, 2, "web", NOON);
    make(TWO, 3, "web", NOON.plusMillis(1));
    make(ONE, 4, "web", NOON.minusMillis(1));

    assertThat(boxes(all(9, null), NOON)).containsExactly(box(3), box(2), box(1), box(4));
  }

  @Test
  void pagesHoldEachOnceWhileOthersComeAndGo() {
    for (int digit = 0; digit < 7; digit++) {
      make(digit % 2 == 0 ? ONE : TWO, digit, "web", NOON.plusMillis(digit / 2));
    }
    List<Snapshot> there = new ArrayList<>(snapshots.all());
    make(ONE, 9, "web", NOON.plusSeconds(1));
    Snapshot newer = snapshots.find(ONE, FINGERPRINT, NOON).orElseThrow();

    List<BoxId> read = new ArrayList<>();
    SnapshotQuery.Cursor cursor = null;
    do {
      var page = all(2, cursor).page(there, NOON);
      assertThat(page.items()).hasSizeBetween(1, 2);
      page.items().forEach(snapshot -> read.add(snapshot.box()));
      there.remove(page.items().getLast()); // the next page begins below it all the same
      there.addFirst(newer);
      cursor = page.cursor();
    } while (cursor != null);

    assertThat(read).containsExactly(box(6), box(4), box(5), box(2), box(3), box(0), box(1));
  }

  @Test
  void aPageThatIsFullAtTheListsEndIsTheLast() {
    make(ONE, 1, "web", NOON);
    make(ONE, 2, "web", NOON);

    assertThat(all(2, null).page(snapshots.all(), NOON).cursor()).isNull();
    assertThat(all(1, null).page(snapshots.all(), NOON).cursor()).isNotNull();
  }

  @Test
  void filtersNarrowTheList() {
    make(ONE, 1, "web", NOON);
    make(TWO, 2, "web", NOON);
    make(ONE, 3, "api", NOON);
    say(TWO, 2, "web", NOON, new SnapshotChange.Invalidated("it is gone"));
    Instant last = NOON.plus(Snapshot.LIFE).minusMillis(1);

    assertThat(boxes(new SnapshotQuery(new EnvironmentId("web"), null, null, 9, null), NOON))
        .containsExactly(box(1), box(2));
    assertThat(boxes(new SnapshotQuery(null, ONE, null, 9, null), NOON))
        .containsExactly(box(1), box(3));
    assertThat(boxes(new SnapshotQuery(null, null, true, 9, null), last))
        .containsExactly(box(1), box(3));
    assertThat(boxes(new SnapshotQuery(null, null, false, 9, null), last)).containsExactly(box(2));
    assertThat(boxes(new SnapshotQuery(null, null, true, 9, null), last.plusMillis(1))).isEmpty();
  }

  @Test
  void readsTheCursorsItWrites() {
    make(ONE, 1, "web", NOON);
    var cursor = SnapshotQuery.Cursor.of(snapshots.all().iterator().next());

    assertThat(cursor).hasToString("1772366400000-111111111111-node-1");
    assertThat(SnapshotQuery.Cursor.parse(cursor.toString())).isEqualTo(cursor);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "1-111111111111",
        "-1-111111111111-node",
        "9999999999999999-111111111111-node",
        "1-11111111111-node",
        "1-111111111111-Node",
        "1-111111111111-node\n"
      })
  void whatIsNoCursorIsRefused(String text) {
    assertThatThrownBy(() -> SnapshotQuery.Cursor.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cursor");
  }

  @Test
  void whatIsTooOldIsOverBeforeAnybodyHasSaidSo() {
    make(ONE, 1, "web", NOON);
    Snapshot snapshot = snapshots.all().iterator().next();

    SnapshotJson young = SnapshotJson.of(snapshot, NOON.plusSeconds(1));
    SnapshotJson old = SnapshotJson.of(snapshot, NOON.plus(Snapshot.LIFE));

    assertThat(young.valid()).isTrue();
    assertThat(young.reason()).isEmpty();
    assertThat(young.expiresAt()).isEqualTo("2026-03-02T00:00:00Z");
    assertThat(old.valid()).isFalse();
    say(ONE, 1, "web", NOON.plus(Snapshot.LIFE), new SnapshotChange.Expired());
    Snapshot told = snapshots.all().iterator().next();
    assertThat(old.reason()).isEqualTo(told.reason()).contains("12 hours");
  }
}
