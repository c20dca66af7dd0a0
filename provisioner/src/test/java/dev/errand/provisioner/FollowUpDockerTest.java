package dev.errand.provisioner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.provisioner.Tasks.Wish;
import dev.errand.provisioner.turns.KeptBoxes;
import dev.errand.repositories.Origin;
import dev.errand.sandbox.Box;
import dev.errand.schemas.Event.AttemptSubmitted;
import dev.errand.schemas.Event.EnvironmentPrepared;
import dev.errand.schemas.Patch;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.Turn;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.SecretName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second turn goes on from the first: in its box, or in a fresh one with its diff. */
final class FollowUpDockerTest {
  private static final int PERMITS = 2;

  /** What the agent of the first turn would have left. */
  private static final String DIFF =
      """
      diff --git a/agent.txt b/agent.txt
      new file mode 100644
      index 0000000000000000000000000000000000000000..2c61b0da1a2dbaa2d3b7e3c7d0e7f4ad0f9a0f3c
      --- /dev/null
      +++ b/agent.txt
      @@ -0,0 +1 @@
      +agent
      """;

  @TempDir static Path folder;
  private static Workshop shop;

  @BeforeAll
  static void start() throws Exception {
    shop =
        new Workshop(
            folder,
            Map.of(
                "errand.provisioner.standbys",
                "0",
                "errand.provisioner.permits",
                Integer.toString(PERMITS)));
  }

  @AfterAll
  static void stop() throws Exception {
    shop.close();
    assertThat(folder.resolve("data/kept")).isEmptyDirectory();
  }

  /** Those that are kept give way to nobody here, so each is taken and then cancelled. */
  @AfterEach
  void endAll() throws InterruptedException {
    for (RunId run : shop.host.ledger().liveOn(Workshop.NODE)) {
      shop.cancel(run);
    }
    Awaitility.await()
        .atMost(Workshop.PATIENCE)
        .until(() -> shop.host.ledger().liveOn(Workshop.NODE).isEmpty());
  }

  private static RunId next(RunId run) {
    return run.attempt().run(run.turn() + 1, 1);
  }

  private static EnvironmentPrepared goOn(RunId run, TaskSpec spec, Patch patch) throws Exception {
    Turn turn = new Turn("true", patch, Workshop.NODE, false);
    shop.append(new AttemptSubmitted(next(run), null, turn, spec));
    return shop.awaitPrepared(next(run));
  }

  private static String in(TaskSpec spec, String script) {
    return "cd /workspace/%s; %s".formatted(spec.environment().repository().folder(), script);
  }

  private static List<BoxId> boxes() {
    return shop.tools.boxes().all().stream().map(Box::id).toList();
  }

  @Test
  void theNextTurnHasTheBoxOfTheOneBefore() throws Exception {
    SecretName name = new SecretName("API_KEY");
    shop.seal(name, 1, "very-secret-value");
    Origin origin = shop.origin().write("a.txt", "one\n");
    Wish wish =
        Wish.setup("true").with(Map.of(name, 1)).maintained("echo $API_KEY > /root/maintained");
    RunId run = shop.submit(origin, wish);
    EnvironmentPrepared first = shop.awaitPrepared(run);
    shop.ask(run, in(first.spec(), "echo 'of the agent' > agent.txt; touch /root/of-the-agent"));
    Patch patch = shop.present(run, first.spec().commit(), DIFF);
    Awaitility.await().until(() -> Files.exists(folder.resolve("data/kept/" + first.box())));
    assertThat(shop.host.ledger().liveOn(Workshop.NODE)).doesNotContain(run);

    EnvironmentPrepared second = goOn(run, first.spec(), patch);

    assertThat(second.box()).isEqualTo(first.box());
    assertThat(shop.setupLog(second))
        .isEqualTo("kept: goes on in the container of the turn before");
    assertThat(shop.ask(next(run), in(first.spec(), "cat agent.txt; ls /root/of-the-agent")))
        .isEqualTo("of the agent\n/root/of-the-agent\n");
    assertThat(shop.ask(next(run), "ls /root/maintained 2>&1 || true")).contains("No such file");
    shop.cancel(next(run));
    Awaitility.await().atMost(Workshop.PATIENCE).until(() -> !boxes().contains(first.box()));
  }

  @Test
  void aFreshBoxHasTheDiffAfterItsMaintenanceAndNoSetup() throws Exception {
    Origin origin = shop.origin().write("a.txt", "one\n");
    Wish wish =
        Wish.setup("date +%s%N > /root/prepared").maintained("ls > /root/seen-by-maintenance");
    RunId run = shop.submit(origin, wish);
    EnvironmentPrepared first = shop.awaitPrepared(run);
    String prepared = shop.ask(run, "cat /root/prepared");
    Patch patch = shop.present(run, first.spec().commit(), DIFF);
    shop.tools.boxes().find(run).ifPresent(shop.tools.boxes()::remove);

    EnvironmentPrepared second = goOn(run, first.spec(), patch);

    assertThat(second.box()).isNotEqualTo(first.box());
    assertThat(shop.setupLog(second)).contains("hit: ", "goes on from the diff of turn 1");
    assertThat(shop.ask(next(run), "cat /root/prepared")).isEqualTo(prepared);
    assertThat(shop.ask(next(run), in(first.spec(), "git status --short; cat agent.txt")))
        .isEqualTo("?? agent.txt\nagent\n");
    assertThat(shop.ask(next(run), "cat /root/seen-by-maintenance; ls /errand/box"))
        .contains("a.txt")
        .doesNotContain("agent.txt", "turn.patch");
  }

  @Test
  void keptBoxesGiveWayToRunsTheOldestFirst() throws Exception {
    Origin origin = shop.origin();
    Wish wish = Wish.setup("true");
    RunId old = shop.submit(origin, wish);
    EnvironmentPrepared oldest = shop.awaitPrepared(old);
    RunId young = shop.submit(origin, wish);
    EnvironmentPrepared youngest = shop.awaitPrepared(young);
    shop.present(old, oldest.spec().commit(), DIFF);
    Awaitility.await().until(() -> Files.exists(folder.resolve("data/kept/" + oldest.box())));
    shop.present(young, youngest.spec().commit(), DIFF);
    Awaitility.await().until(() -> Files.exists(folder.resolve("data/kept/" + youngest.box())));
    assertThat(boxes()).contains(oldest.box(), youngest.box());

    RunId other = shop.submit(origin, wish);
    shop.awaitPrepared(other);

    Awaitility.await().atMost(Workshop.PATIENCE).until(() -> boxes().size() <= PERMITS);
    assertThat(boxes()).contains(youngest.box()).doesNotContain(oldest.box());
  }

  @Test
  void whatIsKeptOrTakenIsKnownAfterARestartAndEndsInTime() throws Exception {
    RunId run = shop.submit(shop.origin(), Wish.setup("true"));
    EnvironmentPrepared first = shop.awaitPrepared(run);
    Patch patch = shop.present(run, first.spec().commit(), DIFF);
    Awaitility.await().until(() -> Files.exists(folder.resolve("data/kept/" + first.box())));
    assertThat(keptFor(Duration.ofMinutes(30)).holds(first.box())).isTrue();

    goOn(run, first.spec(), patch);
    KeptBoxes taken = keptFor(Duration.ofMinutes(30));
    taken.sweep(shop.tools.boxes().all());

    assertThat(taken.holds(first.box())).isTrue();
    assertThat(taken.take(next(run)).map(Box::id)).contains(first.box());
    assertThat(taken.take(next(next(run)))).as("not before this turn is over").isEmpty();
    shop.present(next(run), first.spec().commit(), DIFF);
    Awaitility.await()
        .until(() -> keptFor(Duration.ofMinutes(30)).take(next(next(run))).isPresent());
    KeptBoxes late = keptFor(Duration.ofNanos(1));
    late.keep(next(next(run)));
    late.sweep(shop.tools.boxes().all());
    assertThat(late.holds(first.box())).isFalse();
    shop.tools.boxes().find(first.box()).ifPresent(shop.tools.boxes()::remove);
  }

  private static KeptBoxes keptFor(Duration keep) {
    return new KeptBoxes(shop.host, shop.tools.boxes(), keep, () -> PERMITS);
  }

  @Test
  void aRunThatFailedOrWasCancelledLeavesNoBox() throws Exception {
    RunId run = shop.submit(shop.origin(), Wish.setup("true"));
    BoxId box = shop.awaitPrepared(run).box();

    shop.cancel(run);

    Awaitility.await().atMost(Workshop.PATIENCE).until(() -> !boxes().contains(box));
    assertThat(folder.resolve("data/kept/" + box)).doesNotExist();
  }
}
