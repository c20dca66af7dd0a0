package dev.errand.provisioner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.cache.Ingredients;
import dev.errand.provisioner.snapshots.NodeCache;
import dev.errand.provisioner.snapshots.Start;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.BoxSpec;
import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.BoxesSettings;
import dev.errand.sandbox.Lab;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.Event.SnapshotChanged;
import dev.errand.schemas.SnapshotChange;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.stage.StageHost;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node keeps, through restarts and over time, on a clock that the test moves. */
final class NodeCacheDockerTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long PLENTY = 1L << 40;
  private static final int MANY = 5_000;
  private static final CommitSha HEAD = new CommitSha("0".repeat(40));

  @TempDir static Path folder;
  private static Workshop shop;
  private static int nodes;

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final NodeName node = new NodeName("cache-" + nodes++);
  private Boxes boxes;
  private NodeCache cache;

  @BeforeAll
  static void startBroker() throws Exception {
    shop = new Workshop(folder, 0);
  }

  @AfterAll
  static void stopBroker() throws Exception {
    shop.close();
  }

  @BeforeEach
  void open() throws InterruptedException {
    Path root = folder.resolve(node.value());
    boxes =
        new Boxes(
            shop.tools.engine(),
            BoxesSettings.of(node + "-" + folder.getFileName(), Workshop.NODE, root));
    cache = started(PLENTY);
  }

  @AfterEach
  void close() {
    cache.close();
    boxes.all().forEach(boxes::remove);
    boxes.frozen().all().forEach(boxes.frozen()::remove);
    boxes.close();
  }

  /** As a process of this node has it after its start. */
  private NodeCache started(long budget) throws InterruptedException {
    StageHost host = shop.host;
    NodeCache opened =
        new NodeCache(
            new StageHost(
                host.connection(),
                host.wire(),
                node,
                host.data().resolve(node.value()),
                host.writer(),
                host.ledger(),
                (InstantSource) now::get,
                host.telemetry(),
                host.settings()),
            boxes,
            budget,
            0);
    assertThat(opened.awaitCaughtUp(PATIENCE)).isTrue();
    return opened;
  }

  private void restart(long budget) throws InterruptedException {
    cache.close();
    cache = started(budget);
  }

  private static Ingredients made(String setup) {
    return Ingredients.of(Map.of("setup script", setup));
  }

  private BoxId prepare(String setup) throws InterruptedException {
    Box box = box(null);
    cache.freeze(box);
    cache.created(box.id(), Workshop.newRun(), Tasks.ENVIRONMENT, made(setup), HEAD);
    return box.id();
  }

  private Box box(@Nullable BoxId frozen) {
    return boxes.create(
        new BoxSpec(
            Lab.boxId(),
            EnvironmentSpec.DEFAULT_IMAGE,
            Lab.SMALL,
            Tasks.ENVIRONMENT,
            frozen == null ? null : new BoxSpec.Prepared(frozen, "f"),
            List.of()));
  }

  private boolean serves(String setup) {
    return cache.find(made(setup).fingerprint()).isPresent();
  }

  private void sweep() throws InterruptedException {
    cache.sweep(boxes.all(), Set.of());
  }

  private String miss(String setup) throws InterruptedException {
    RunId run = Workshop.newRun();
    Start start = cache.start(run, Tasks.ENVIRONMENT, made(setup));
    assertThat(start).isInstanceOf(Start.Build.class);
    cache.giveUp(made(setup).fingerprint(), run);
    return ((Start.Build) start).why();
  }

  @Test
  void anExpiryHoldsThoughNobodyWasThereWhenItCame() throws InterruptedException {
    BoxId old = prepare("a");
    now.updateAndGet(at -> at.plus(Duration.ofHours(12)).minusSeconds(1));
    restart(PLENTY);
    assertThat(serves("a")).isTrue();
    now.updateAndGet(at -> at.plusSeconds(1));
    restart(PLENTY);

    assertThat(serves("a")).isFalse();
    assertThat(miss("a")).contains("older than 12 hours");
    sweep();
    assertThat(boxes.frozen().all()).doesNotContain(old);
    restart(PLENTY);
    assertThat(miss("a")).contains("older than 12 hours");
  }

  @Test
  void whatABoxStandsOnIsNotRemoved() throws InterruptedException {
    BoxId snapshot = prepare("a");
    Box standing = box(snapshot);
    now.updateAndGet(at -> at.plus(Duration.ofHours(13)));

    sweep();
    assertThat(boxes.frozen().all()).containsExactly(snapshot);
    boxes.remove(standing);
    sweep();

    assertThat(boxes.frozen().all()).isEmpty();
  }

  @Test
  void theLeastRecentlyUsedGoesWhenTheBudgetIsFull() throws InterruptedException {
    BoxId first = prepare("a");
    now.updateAndGet(at -> at.plusSeconds(1));
    BoxId second = prepare("b");
    now.updateAndGet(at -> at.plusSeconds(1));
    long one = boxes.frozen().freeze(first);
    cache.used(cache.find(made("a").fingerprint()).orElseThrow(), Workshop.newRun());
    restart(one + one / 2);

    sweep();

    assertThat(boxes.frozen().all()).containsExactly(first).doesNotContain(second);
    assertThat(serves("a")).isTrue();
    assertThat(miss("b")).contains("needed its room");
  }

  @Test
  void aDiskThatIsGoneIsAMissAndSaysSo() throws InterruptedException {
    BoxId snapshot = prepare("a");
    boxes.frozen().remove(snapshot);

    assertThat(serves("a")).isFalse();
    sweep();

    assertThat(miss("a")).contains("its disk was removed from the node");
  }

  @Test
  void aFrozenDiskOfALiveRunIsNotLeft() throws InterruptedException {
    Box box = box(null);
    cache.freeze(box);

    cache.sweep(List.of(), Set.of(box.id()));
    assertThat(boxes.frozen().all()).containsExactly(box.id());
    sweep();

    assertThat(boxes.frozen().all()).isEmpty();
  }

  @Test
  void oneRunBuildsAndOthersWaitForItAlsoAfterARestart() throws InterruptedException {
    RunId first = Workshop.newRun();
    RunId second = Workshop.newRun();
    assertThat(cache.start(first, Tasks.ENVIRONMENT, made("a"))).isInstanceOf(Start.Build.class);
    restart(PLENTY);

    assertThat(cache.start(second, Tasks.ENVIRONMENT, made("a"))).isEqualTo(new Start.Join(first));
    assertThat(cache.start(first, Tasks.ENVIRONMENT, made("a"))).isInstanceOf(Start.Build.class);
    assertThat(cache.start(second, Tasks.ENVIRONMENT, made("b"))).isInstanceOf(Start.Build.class);
  }

  @Test
  void thousandsOfThemAreWhatTheyWereAfterARestart() throws InterruptedException {
    for (int i = 0; i < MANY; i++) {
      append(i, new SnapshotChange.Created(made("s" + i).parts(), HEAD, 1, Workshop.newRun()));
    }
    BoxId kept = prepare("kept");
    restart(PLENTY);

    assertThat(serves("kept")).isTrue();
    assertThat(serves("s1")).as("without its disk").isFalse();
    sweep();
    restart(PLENTY);
    assertThat(serves("kept")).isTrue();
    assertThat(boxes.frozen().all()).containsExactly(kept);
  }

  private void append(int number, SnapshotChange change) throws InterruptedException {
    BoxId box = new BoxId("%012d".formatted(number));
    shop.host
        .writer()
        .append(
            Topic.SNAPSHOTS,
            EventId.of(node + " " + number),
            new SnapshotChanged(
                node, box, Tasks.ENVIRONMENT, made("s" + number).fingerprint(), now.get(), change));
  }
}
