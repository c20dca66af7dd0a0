package dev.errand.provisioner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.provisioner.Tasks.Wish;
import dev.errand.provisioner.snapshots.NodeCache;
import dev.errand.provisioner.turns.KeptBoxes;
import dev.errand.repositories.Origin;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.BoxSpec;
import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.BoxesSettings;
import dev.errand.sandbox.BoxesSettings.Isolation;
import dev.errand.sandbox.BoxesSettings.Isolation.Rule;
import dev.errand.sandbox.EngineFacts;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.Event.AttemptPlaced;
import dev.errand.schemas.Event.AttemptSubmitted;
import dev.errand.schemas.Event.EnvironmentPrepared;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.SecretName;
import dev.errand.stage.TestLease;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The three stages on a real broker and a real engine. */
final class ProvisionerDockerTest {
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

  /** Whatever a test did: ended runs leave nothing, so all runs are ended first. */
  @AfterEach
  void nothingIsLeft() throws InterruptedException {
    for (RunId run : shop.host.ledger().liveOn(Workshop.NODE)) {
      shop.cancel(run);
    }
    shop.awaitNoBoxes();
  }

  @Test
  void preparesARepositoryWithVariablesAndSecretsForSetupAlone() throws Exception {
    SecretName name = new SecretName("NPM_TOKEN");
    shop.seal(name, 1, "very-secret-value");
    Origin origin = shop.origin().write("a file.txt", "content\n");
    String script =
        """
        echo "in $PWD with $COLOUR and node $CODEX_ENV_NODE_VERSION"
        echo "token $NPM_TOKEN" && [ "$NPM_TOKEN" = very-secret-value ]
        git log --format=%s && cat 'a file.txt'
        echo done > made-by-setup
        [ -n "$HTTP_PROXY" ]
        """;

    RunId run =
        shop.submit(origin, Wish.setup(script).with(Map.of(name, 1)).pinned(Map.of("node", "18")));

    EnvironmentPrepared fact = shop.awaitPrepared(run);
    assertThat(shop.setupLog(fact))
        .contains("with blue and 'green' and node 18", "last", "content")
        .contains("token *****************")
        .doesNotContain("very-secret");
    assertThat(fact.logs())
        .extracting(log -> log.stage().value())
        .containsExactly("checkout", "setup");
    String folderName = fact.spec().environment().repository().folder();
    assertThat(shop.ask(run, "cat /workspace/%s/made-by-setup; env".formatted(folderName)))
        .startsWith("done\n")
        .doesNotContain("very-secret");
    assertThat(
            shop.ask(
                run,
                "cd /workspace/%s; git rev-parse HEAD; git status --short".formatted(folderName)))
        .isEqualTo(fact.spec().commit() + "\n?? made-by-setup\n");
  }

  @Test
  void endsASetupThatFailsWithItsLastLines() throws Exception {
    RunId run = shop.submit(shop.origin(), Wish.setup("echo one\nfalse\necho two"));

    Failure failure = shop.awaitFailed(run).failure();

    assertThat(failure.code()).isEqualTo(FailureCode.SETUP_FAILED);
    assertThat(failure.lastLines()).endsWith("one");
    assertThat(shop.awaitEnded(run).logs()).hasSize(2);
    shop.awaitNoBoxes();
  }

  @Test
  void endsASetupThatHangs() throws Exception {
    RunId run =
        shop.submit(
            shop.origin(),
            Wish.setup("trap '' TERM; echo waiting; while :; do sleep 1; done")
                .limited(Duration.ofSeconds(2)));

    Failure failure = shop.awaitFailed(run).failure();

    assertThat(failure.code()).isEqualTo(FailureCode.SETUP_TIMED_OUT);
    assertThat(failure.lastLines()).contains("waiting");
  }

  @Test
  void givesASetupThatAsksNoAnswer() throws Exception {
    RunId run = shop.submit(shop.origin(), Wish.setup("read -r answer || exit 3"));

    Failure failure = shop.awaitFailed(run).failure();

    assertThat(failure.code()).isEqualTo(FailureCode.SETUP_FAILED);
    assertThat(failure.message()).contains("exit code 3");
  }

  @Test
  void leavesNoDaemonOfASetup() throws Exception {
    RunId run =
        shop.submit(
            shop.origin(), Wish.setup("setsid sleep 1234 >/dev/null 2>&1 & disown; sleep 5678 &"));

    shop.awaitPrepared(run);

    assertThat(shop.ask(run, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"))
        .doesNotContain("sleep 1234")
        .doesNotContain("sleep 5678");
  }

  @Test
  void detectsASetupAndLeavesOutWhatTheImageCannotDo() throws Exception {
    Origin origin = shop.origin().write("requirements.txt", "\n").write("go.mod", "module x\n");

    EnvironmentPrepared fact = shop.awaitPrepared(shop.submit(origin, Wish.setup("auto")));

    assertThat(shop.setupLog(fact)).contains("pip install -r requirements.txt");
  }

  @Test
  void refusesWhatTheImageDoesNotHave() throws Exception {
    RunId pinned =
        shop.submit(shop.origin(), Wish.setup("").pinned(Map.of("node", "99", "cobol", "1")));
    RunId missing = shop.submit(shop.origin(), Wish.setup("").on("errand/universal:missing"));
    RunId private1 = shop.submit(shop.origin(), Wish.setup("").on("errand/snapshot:1"));

    Failure failure = shop.awaitFailed(pinned).failure();
    assertThat(failure.code()).isEqualTo(FailureCode.PIN_UNAVAILABLE);
    assertThat(failure.message()).contains("python 3");
    assertThat(shop.awaitFailed(missing).failure().code()).isEqualTo(FailureCode.IMAGE_NOT_FOUND);
    assertThat(shop.awaitFailed(private1).failure().code()).isEqualTo(FailureCode.IMAGE_REFUSED);
  }

  @Test
  void makesOneBoxAndOneSetupHoweverOftenItIsAsked() throws Exception {
    Origin origin = shop.origin();
    AttemptSubmitted fact =
        shop.fact(Workshop.newRun(), origin, Wish.setup("echo once >> /root/count; echo out"));
    TestLease lease = new TestLease(folder.resolve("again"));
    NodeCache cache = new NodeCache(shop.host, shop.tools.boxes(), Long.MAX_VALUE, 0);
    Checkout checkout = new Checkout(shop.tools, shop.settings, shop.host.clock());
    Preparation preparation = new Preparation(shop.tools, cache, checkout);
    KeptBoxes kept = keptOf(shop.tools.boxes());
    var create = new CreateContainerStage(shop.host, shop.tools, preparation, kept, shop.settings);
    var checkOut = new CheckOutStage(shop.tools, checkout, shop.settings);
    var setUp = new SetUpStage(shop.tools, preparation, kept, shop.settings);

    var created = create.process(fact, lease);
    assertThat(create.process(fact, lease)).isEqualTo(created);
    var checkedOut = checkOut.process(created, lease);
    assertThat(checkOut.process(created, lease)).isEqualTo(checkedOut);
    var prepared = setUp.process(checkedOut, lease);
    assertThat(setUp.process(checkedOut, lease)).isEqualTo(prepared);
    cache.close();

    Awaitility.await() // the node's own look at a box may not be over
        .atMost(Workshop.PATIENCE)
        .untilAsserted(() -> assertThat(shop.tools.boxes().all()).hasSize(1));
    assertThat(shop.ask(fact.run(), "cat /root/count")).isEqualTo("once\n");
    assertThat(shop.setupLog(prepared)).startsWith("miss: ").endsWith("\nout");
  }

  @Test
  void leavesARunToTheNodeThatWasFirst() throws Exception {
    AttemptSubmitted fact = shop.fact(Workshop.newRun(), shop.origin(), Wish.setup(""));
    NodeName other = new NodeName("other");
    shop.host
        .writer()
        .append(
            Topic.ATTEMPTS_PLACED,
            EventId.of("other " + fact.run()),
            new AttemptPlaced(fact.run(), other));
    Awaitility.await().until(() -> shop.host.ledger().owner(fact.run()).isPresent());
    shop.append(fact);
    RunId later = shop.submit(shop.origin(), Wish.setup(""));
    shop.awaitPrepared(later);

    assertThat(shop.tools.boxes().find(fact.run())).isEmpty();
    assertThat(shop.prepared).doesNotContainKey(fact.run());
    assertThat(shop.host.ledger().owner(fact.run())).contains(other);
  }

  @Test
  void drawsAgainWhatWasPlacedAndHasNoBoxThoughItFillsTheNode() throws Exception {
    EngineFacts engine = shop.tools.engine().info();
    Origin origin = shop.origin();
    List<AttemptSubmitted> facts = new ArrayList<>();
    for (int i = 0; i < Permits.fitting(engine.cpus(), engine.memoryBytes()); i++) {
      AttemptSubmitted fact = shop.fact(Workshop.newRun(), origin, Wish.setup(""));
      facts.add(fact);
      shop.host
          .writer()
          .append(
              Topic.ATTEMPTS_PLACED,
              EventId.of("placed " + fact.run()),
              new AttemptPlaced(fact.run(), Workshop.NODE));
    }
    Awaitility.await().until(() -> shop.host.ledger().liveOn(Workshop.NODE).size() >= facts.size());

    for (AttemptSubmitted fact : facts) {
      shop.append(fact);
    }

    facts.forEach(fact -> shop.awaitPrepared(fact.run()));
  }

  @Test
  void reapsWhatNobodyClaimed() throws Exception {
    Path root = folder.resolve("left");
    BoxesSettings settings = BoxesSettings.of("left-" + folder.getFileName(), Workshop.NODE, root);
    try (Boxes boxes = new Boxes(shop.tools.engine(), settings);
        NodeCache cache = new NodeCache(shop.host, boxes, 0, 0)) {
      boxes.create(spec(BoxIds.of(Workshop.newRun())));
      Files.createDirectory(root.resolve("0123456789ab"));

      new Reaper(boxes, shop.host, cache, keptOf(boxes), _ -> false).sweep();

      assertThat(boxes.all()).isEmpty();
      assertThat(boxes.orphanedFolders()).isEmpty();
    }
  }

  @Test
  void whatCannotBeRemovedKeepsNothingElseAndGoesLater() throws Exception {
    Path root = folder.resolve("stuck");
    BoxesSettings settings = without("stuck-" + folder.getFileName(), root);
    try (Boxes boxes = new Boxes(shop.tools.engine(), settings);
        NodeCache cache = new NodeCache(shop.host, boxes, 0, 0)) {
      Box box = boxes.create(spec(BoxIds.of(Workshop.newRun())));
      Path obstacle = Files.createDirectory(boxes.socket(box, "held"));
      Files.createFile(obstacle.resolve("file"));
      Files.createDirectory(root.resolve("0123456789ab"));
      Reaper reaper = new Reaper(boxes, shop.host, cache, keptOf(boxes), _ -> false);

      reaper.sweep();

      assertThat(boxes.all()).isEmpty();
      assertThat(boxes.orphanedFolders()).containsExactly(box.id());
      assertThat(reaper.trouble().orElseThrow().message())
          .contains(box.id().value(), "tried again", "fuser -vm " + root.resolve(box.id().value()));

      Files.delete(obstacle.resolve("file"));
      reaper.sweep();

      assertThat(boxes.orphanedFolders()).isEmpty();
      assertThat(reaper.trouble()).isEmpty();
    }
  }

  @Test
  void aBoxThatIsTriedIsNotLeftAndOneOfAKilledProcessIs() throws Exception {
    Path root = folder.resolve("tried");
    BoxesSettings settings = without("tried-" + folder.getFileName(), root);
    try (Boxes boxes = new Boxes(shop.tools.engine(), settings);
        NodeCache cache = new NodeCache(shop.host, boxes, 0, 0)) {
      ProbeBox living = new ProbeBox(shop.tools.engine(), boxes);
      ProbeBox killed = new ProbeBox(shop.tools.engine(), boxes);
      assertThat(living.shown()).containsKey("end");
      assertThat(killed.look(shop.tools.engine().info())).isEmpty();

      new Reaper(boxes, shop.host, cache, keptOf(boxes), living::holds).sweep();

      assertThat(boxes.all()).singleElement().matches(box -> living.holds(box.id()));
      assertThat(boxes.orphanedFolders()).isEmpty();
      living.end();
      assertThat(boxes.all()).isEmpty();
      assertThat(boxes.orphanedFolders()).isEmpty();
    }
  }

  @Test
  void aBoxShowsWhichRulesHoldOnThisEngine() throws Exception {
    BoxesSettings settings =
        BoxesSettings.of("shows-" + folder.getFileName(), Workshop.NODE, folder.resolve("shows"));
    try (Boxes boxes = new Boxes(shop.tools.engine(), settings)) {
      ProbeBox probe = new ProbeBox(shop.tools.engine(), boxes);
      Map<String, String> shown = probe.shown();
      probe.end();

      assertThat(shown)
          .containsEntry("memory", Long.toString(ProbeBox.LIMITS.memoryBytes()))
          .containsEntry("pids", Integer.toString(Isolation.DEFAULT_PIDS))
          .doesNotContainKey("net");
      assertThat(ProbeBox.broken(shown, Isolation.DEFAULT)).isEmpty();
      assertThat(boxes.all()).isEmpty();
      assertThat(boxes.orphanedFolders()).isEmpty();
    }
  }

  private static KeptBoxes keptOf(Boxes boxes) {
    return new KeptBoxes(shop.host, boxes, Duration.ZERO, () -> 0);
  }

  private static BoxesSettings without(String installation, Path root) {
    Isolation isolation = new Isolation(Isolation.DEFAULT_PIDS, null, Set.of(Rule.DISK), false);
    return new BoxesSettings(installation, Workshop.NODE, root, isolation, 0);
  }

  private static BoxSpec spec(BoxId id) {
    return new BoxSpec(
        id,
        EnvironmentSpec.DEFAULT_IMAGE,
        EnvironmentSpec.Limits.DEFAULT,
        Tasks.ENVIRONMENT,
        null,
        List.of());
  }
}
