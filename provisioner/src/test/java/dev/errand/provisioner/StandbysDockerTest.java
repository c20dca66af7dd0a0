package dev.errand.provisioner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.provisioner.Tasks.Wish;
import dev.errand.repositories.Origin;
import dev.errand.sandbox.Box;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.RunId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Boxes that wait: for whom they are, what they hold, and that none stays that must not. */
final class StandbysDockerTest {
  private static final String SETUP = "date +%s%N > /root/prepared";

  @TempDir Path folder;
  private Workshop shop;
  private Origin origin;

  @BeforeEach
  void start() throws Exception {
    shop = new Workshop(folder, Map.of("errand.provisioner.standbys", "1"));
    origin = shop.origin().write("a.txt", "one\n");
  }

  @AfterEach
  void stop() throws Exception {
    shop.close();
  }

  private List<BoxId> waiting() {
    return shop.tools.boxes().all().stream().filter(box -> box.run() == null).map(Box::id).toList();
  }

  /** A first run has prepared, and taken its box: the next one's waits. */
  private BoxId awaitStandby() {
    return Awaitility.await()
        .atMost(Workshop.PATIENCE)
        .until(this::waiting, boxes -> boxes.size() == 1)
        .getFirst();
  }

  private BoxId boxOf(RunId run) {
    return shop.tools.boxes().find(run).map(Box::id).orElseThrow();
  }

  private RunId prepared(Wish wish) throws InterruptedException {
    RunId run = shop.submit(origin, wish);
    shop.awaitPrepared(run);
    return run;
  }

  @Test
  void theNextRunTakesTheBoxThatWaitsAndHasItsOwnCommit() throws Exception {
    RunId first = prepared(Wish.setup(SETUP));
    BoxId standby = awaitStandby();
    origin.write("a.txt", "two\n");

    RunId second = prepared(Wish.setup(SETUP));

    assertThat(boxOf(second)).isEqualTo(standby);
    assertThat(shop.ask(second, "cat /workspace/*/a.txt")).isEqualTo("two\n");
    assertThat(shop.ask(second, "cat /root/prepared"))
        .isEqualTo(shop.ask(first, "cat /root/prepared"));
    assertThat(awaitStandby()).as("refilled").isNotEqualTo(standby);
  }

  @Test
  void whatWaitsForAnOlderScriptIsNotTaken() throws Exception {
    prepared(Wish.setup(SETUP));
    BoxId standby = awaitStandby();

    RunId second = prepared(Wish.setup(SETUP + "; true"));

    assertThat(boxOf(second)).isNotEqualTo(standby);
    assertThat(shop.setupLog(shop.awaitPrepared(second))).contains("miss: ");
  }

  @Test
  void oneThatDiedWhileItWaitedIsPassedOver() throws Exception {
    prepared(Wish.setup(SETUP));
    BoxId standby = awaitStandby();
    Box box = shop.tools.boxes().find(standby).orElseThrow();
    Process kill = new ProcessBuilder("docker", "kill", box.containerId()).inheritIO().start();
    assertThat(kill.waitFor()).isZero();

    RunId second = prepared(Wish.setup(SETUP));

    assertThat(boxOf(second)).isNotEqualTo(standby);
  }

  @Test
  void noneStaysWhenTheServiceEnds() throws Exception {
    RunId run = prepared(Wish.setup(SETUP));
    awaitStandby();

    shop.closeService();

    assertThat(shop.tools.boxes().all()).singleElement().matches(box -> run.equals(box.run()));
  }
}
