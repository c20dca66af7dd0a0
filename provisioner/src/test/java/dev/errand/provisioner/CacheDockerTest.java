package dev.errand.provisioner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.provisioner.Tasks.Wish;
import dev.errand.repositories.Origin;
import dev.errand.sandbox.Box;
import dev.errand.schemas.Event.EnvironmentPrepared;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.SecretName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one run has prepared, others start from: once for all, and never what is stale. */
final class CacheDockerTest {
  /** Each setup has another answer. */
  private static final String SETUP = "date +%s%N > /root/prepared; cat /root/prepared";

  @TempDir static Path folder;
  private static Workshop shop;

  @BeforeAll
  static void start() throws Exception {
    shop = new Workshop(folder, 0);
  }

  @AfterAll
  static void stop() throws Exception {
    shop.close();
  }

  @AfterEach
  void nothingIsLeftButSnapshots() throws InterruptedException {
    for (RunId run : shop.host.ledger().liveOn(Workshop.NODE)) {
      shop.cancel(run);
    }
    shop.awaitNoBoxes();
  }

  private static String prepared(RunId run) throws InterruptedException {
    return shop.ask(run, "cat /root/prepared");
  }

  private static BoxId startOf(RunId run) {
    return shop.tools.boxes().find(run).map(Box::prepared).orElseThrow();
  }

  @Test
  void theSecondRunStartsFromWhatTheFirstHasPrepared() throws Exception {
    Origin origin = shop.origin().write("a.txt", "one\n");
    Wish wish = Wish.setup(SETUP).maintained("echo maintained > /root/maintained");
    RunId first = shop.submit(origin, wish);
    EnvironmentPrepared made = shop.awaitPrepared(first);
    origin.write("a.txt", "two\n").write("b.txt", "new\n");

    RunId second = shop.submit(origin, wish);
    EnvironmentPrepared found = shop.awaitPrepared(second);

    assertThat(shop.setupLog(made)).contains("miss: ");
    assertThat(shop.setupLog(found)).contains("hit: starts from the snapshot " + startOf(second));
    assertThat(startOf(second)).isEqualTo(startOf(first));
    assertThat(prepared(second)).isEqualTo(prepared(first));
    assertThat(shop.ask(first, "ls /root/maintained 2>&1 || true")).contains("No such file");
    assertThat(shop.ask(second, "cat /root/maintained")).isEqualTo("maintained\n");
    String tree = "cd /workspace/%s; ".formatted(found.spec().environment().repository().folder());
    assertThat(shop.ask(second, tree + "git rev-parse HEAD; git status --short; cat a.txt b.txt"))
        .isEqualTo(found.spec().commit() + "\ntwo\nnew\n");
  }

  @Test
  void aSecretThatSetupHasWrittenIsWarnedOf() throws Exception {
    SecretName name = new SecretName("API_KEY");
    shop.seal(name, 1, "very-secret-value");
    String script =
        "echo $API_KEY | base64 > /root/.netrc; mkdir -p /opt/x; echo k=$API_KEY > /opt/x/conf;"
            + " echo harmless > /opt/x/other";

    RunId run = shop.submit(shop.origin(), Wish.setup(script).with(Map.of(name, 1)));

    assertThat(shop.setupLog(shop.awaitPrepared(run)).lines().filter(it -> it.contains("warning")))
        .hasSize(2)
        .anyMatch(line -> line.contains("/root/.netrc"))
        .anyMatch(line -> line.contains("/opt/x/conf"));
    assertThat(shop.ask(run, "ls /dev/shm")).isEmpty();
  }

  @Test
  void runsThatComeAtOnceAreSetUpOnce() throws Exception {
    Origin origin = shop.origin();
    List<RunId> runs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      runs.add(shop.submit(origin, Wish.setup("sleep 2; " + SETUP)));
    }

    Set<String> answers = new HashSet<>();
    int waited = 0;
    for (RunId run : runs) {
      EnvironmentPrepared fact = shop.awaitPrepared(run);
      answers.add(prepared(run));
      waited += shop.setupLog(fact).contains("waits for what") ? 1 : 0;
    }

    assertThat(answers).hasSize(1);
    assertThat(waited).isPositive();
  }

  @Test
  void aSetupThatFailsIsNotKept() throws Exception {
    Origin origin = shop.origin();
    RunId first = shop.submit(origin, Wish.setup("echo nearly; false"));
    Failure failure = shop.awaitFailed(first).failure();
    RunId second = shop.submit(origin, Wish.setup("echo nearly; false"));

    assertThat(failure.code()).isEqualTo(FailureCode.SETUP_FAILED);
    assertThat(failure.lastLines()).contains("nearly");
    assertThat(shop.awaitFailed(second).failure().code()).isEqualTo(FailureCode.SETUP_FAILED);
  }

  @Test
  void whatIsPreparedByAnotherScriptIsNotTaken() throws Exception {
    Origin origin = shop.origin();
    RunId first = shop.submit(origin, Wish.setup(SETUP));
    shop.awaitPrepared(first);

    RunId second = shop.submit(origin, Wish.setup(SETUP + "; true"));

    assertThat(shop.setupLog(shop.awaitPrepared(second))).contains("setup script");
    assertThat(prepared(second)).isNotEqualTo(prepared(first));
  }

  @Test
  void aSnapshotThatIsRemovedBehindOurBackIsAMiss() throws Exception {
    Origin origin = shop.origin();
    RunId first = shop.submit(origin, Wish.setup(SETUP));
    shop.awaitPrepared(first);
    shop.tools.boxes().frozen().remove(startOf(first));

    RunId second = shop.submit(origin, Wish.setup(SETUP));

    assertThat(shop.setupLog(shop.awaitPrepared(second))).contains("miss: ");
    assertThat(startOf(second)).isNotEqualTo(startOf(first));
    assertThat(prepared(first)).as("its own box has it still").isNotEqualTo(prepared(second));
  }
}
