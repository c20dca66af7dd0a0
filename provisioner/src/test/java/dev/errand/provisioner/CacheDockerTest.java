package dev.errand.provisioner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.provisioner.Tasks.Wish;
import dev.errand.repositories.Origin;
import dev.errand.sandbox.Box;
import dev.errand.schemas.Event.EnvironmentPrepared;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.SecretName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one run has prepared, others start from: once for all, and never what is stale. */
final class CacheDockerTest {
  /** Each setup has another answer. */
  private static final String SETUP = "date +%s%N > /root/prepared; cat /root/prepared";

  private static final int MANY = 20;

  @TempDir static Path folder;
  private static Workshop shop;

  @BeforeAll
  static void start() throws Exception {
    String permits = Integer.toString(MANY);
    shop =
        new Workshop(
            folder,
            Map.of("errand.provisioner.permits", permits, "errand.provisioner.standbys", "0"));
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
    assertThat(shop.setupLog(found))
        .containsPattern("hit: snapshot [0-9]+ (s|min) old \\(" + startOf(second));
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
    for (int i = 0; i < MANY; i++) {
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
  void whatACancelledRunWasPreparingTheNextOnePrepares() throws Exception {
    Origin origin = shop.origin();
    Wish wish = Wish.setup("sleep 5; " + SETUP);
    RunId first = shop.submit(origin, wish);
    Awaitility.await()
        .atMost(Workshop.PATIENCE)
        .until(() -> shop.tools.boxes().find(BoxIds.ofBuild(first)).isPresent());
    RunId second = shop.submit(origin, wish);
    shop.cancel(first);

    assertThat(shop.setupLog(shop.awaitPrepared(second))).contains("miss: ");
    assertThat(prepared(second)).isNotEmpty();
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

  private String headOf(RunId run, Origin origin) throws InterruptedException {
    shop.awaitPrepared(run);
    String tree = "cd /workspace/%s; ".formatted(origin.url().folder());
    return shop.ask(run, tree + "git status --short; git rev-parse HEAD; ls").replace('\n', ' ');
  }

  @Test
  void whateverBecameOfTheBranchItIsTheTasksCommit() throws Exception {
    Origin origin = shop.origin().write("a.txt", "one\n");
    Wish wish = Wish.setup(SETUP);
    shop.awaitPrepared(shop.submit(origin, wish)); // frozen at this head

    origin.git("checkout", "-q", "-b", "later");
    CommitSha created = origin.write("b.txt", "new\n").commit("on a new branch");
    RunId onNew = shop.submit(origin, "later", created, wish);
    assertThat(headOf(onNew, origin)).isEqualTo(created + " a.txt b.txt ");

    origin.git("checkout", "-q", "main");
    origin.git("branch", "-q", "-D", "later");
    RunId onDeleted = shop.submit(origin, "later", created, wish);
    assertThat(headOf(onDeleted, origin)).isEqualTo(created + " a.txt b.txt ");

    origin.git("checkout", "-q", "--orphan", "other");
    origin.git("rm", "-q", "-r", "-f", ".");
    CommitSha pushed = origin.write("c.txt", "of another history\n").commit("anew");
    origin.git("branch", "-q", "-M", "other", "main");
    RunId onForced = shop.submit(origin, "main", pushed, wish);
    assertThat(headOf(onForced, origin)).isEqualTo(pushed + " c.txt ");

    for (RunId run : List.of(onNew, onDeleted, onForced)) {
      assertThat(shop.setupLog(shop.awaitPrepared(run))).contains("hit: ");
    }
  }

  @Test
  void aFreezeThatFailsLeavesTheTaskRunningAndTheCacheAsItWas() throws Exception {
    Origin origin = shop.origin();
    Path kept = shop.frozenDisks();
    Path away = kept.resolveSibling("away");
    Files.move(kept, away);
    Files.createFile(kept); // nothing can be written below it
    RunId run;
    try {
      run = shop.submit(origin, Wish.setup(SETUP));
      assertThat(shop.setupLog(shop.awaitPrepared(run))).contains("not kept for later tasks: ");
    } finally {
      Files.delete(kept);
      Files.move(away, kept);
    }

    assertThat(prepared(run)).isNotEmpty();
    RunId next = shop.submit(origin, Wish.setup(SETUP));
    assertThat(shop.setupLog(shop.awaitPrepared(next))).contains("miss: ");
  }
}
