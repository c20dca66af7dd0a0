package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.schemas.FailureCode;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The data folder's disk fills in each phase of a task, the broker's own disk excepted: what is new
 * is refused, what has begun waits or ends with a code, and nothing is lost.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FullDiskSystemTest {
  private static final String CODE = FailureCode.DISK_FULL.name();
  private static final String HINT = FailureCode.DISK_FULL.hint();
  private static final int DISK = 900; // all sizes in MiB
  private static final int BOXES = 3 * 1024;
  private static final int RESERVE = 256;

  /** Well below each limit: what a server forgets meanwhile gives some room back. */
  private static final int LOW = RESERVE - 64;

  private static final int SHORT = RESERVE / 2 - 48;

  /** Larger than what is left between the reserve and its half. */
  private static final int HISTORY = 200;

  private final SmallDisk disk = new SmallDisk(DISK, "");
  private final SmallDisk brokersDisk = new SmallDisk(DISK, "kafka");

  /** A box has the room that it was promised, whoever fills the rest. */
  private final SmallDisk boxesDisk = new SmallDisk(BOXES, "boxes/disks");

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @BeforeAll
  void start() {
    errand =
        Deployment.start(
            Map.of(
                "errand.provisioner.permits",
                "1",
                "errand.server.disk-reserve-bytes",
                Long.toString((long) RESERVE << 20)),
            disk.and(brokersDisk).and(boxesDisk));
    repository = ScratchRepository.withReadme();
    errand.applyEnvironment("plain", repository.url(), "", "5m");
  }

  @AfterEach
  void makeRoom() {
    disk.free();
  }

  @AfterAll
  void end() {
    repository.delete();
    errand.close();
  }

  @Test
  void submissionsAreRefusedWhileThereIsStillRoomForWhatWasAccepted() {
    PausedTask working = PausedTask.submit(errand, "plain", "true", "echo new > new.txt");
    working.awaitPause(); // tasks are not drawn in their order
    PausedTask queued = PausedTask.submit(errand, "plain", "touch /tmp/go", "echo new > new.txt");

    disk.fillTo(LOW);
    CommandResult refused = errand.errand("cloud", "exec", "--env", "plain", "true");
    assertThat(refused.exited(1).err()).contains(CODE, HINT, "are kept for the broker");
    working.letGo();
    assertThat(working.awaitDiff()).as("goes on with what is kept").contains("+new");
    queued.awaitAttempt("/waitsFor/code", CODE);
    assertThat(errand.errand("cloud", "status", queued.id()).out()).contains(HINT);
    disk.free();

    assertThat(queued.awaitDiff()).contains("+new");
    errand.errand("cloud", "exec", "--env", "plain", "true").succeeded();
  }

  @Test
  void aLogThatCannotGrowHoldsTheAgentUpAndLosesNoLine() {
    PausedTask task =
        PausedTask.submit(
            errand, "plain", "seq -f 'line %g;' 1 100", "seq -f 'line %g;' 101 99999");
    task.awaitPause();

    disk.fillTo(SHORT);
    task.letGo();
    awaitNoticeOfWait(task);
    disk.free();

    assertThat(task.awaitDiff()).isEmpty();
    String log = errand.errand("cloud", "logs", task.id()).succeeded().out();
    assertThat(log.lines().filter(line -> line.startsWith("line ")))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 99_999).mapToObj("line %d;"::formatted).toList());
  }

  @Test
  void anArtifactThatCannotBeStoredWaits() {
    PausedTask task = PausedTask.submit(errand, "plain", "echo new > new.txt", "true");
    task.awaitPause();

    disk.fillTo(SHORT);
    task.letGo();
    awaitNoticeOfWait(task);
    disk.free();

    assertThat(task.awaitDiff()).contains("+new");
  }

  @Test
  void journalsAndViewsComeBackFromADiskWithoutOneByte() {
    PausedTask working = PausedTask.submit(errand, "plain", "echo new > new.txt", "true");
    working.awaitPause(); // tasks are not drawn in their order
    PausedTask queued = PausedTask.submit(errand, "plain", "touch /tmp/go", "echo new > new.txt");

    disk.fill();
    CommandResult refused = errand.errand("cloud", "exec", "--env", "plain", "true");
    assertThat(refused.exited(1).err()).contains(CODE, HINT);
    working.letGo();
    await("a stage that waits")
        .atMost(Duration.ofMinutes(1))
        .until(() -> errand.logOf(ServerSettings.Service.AGENT_RUNNER).contains(CODE));
    disk.free();

    assertThat(working.awaitDiff()).contains("+new");
    assertThat(queued.awaitDiff()).contains("+new");
  }

  @Test
  void aRepositoryThatAloneEatsTheRoomEndsItsTask() {
    ScratchRepository large = ScratchRepository.withHistory(HISTORY);
    errand.applyEnvironment("large", large.url(), "", "5m");

    disk.fillTo(RESERVE + 16);
    String task =
        Deployment.taskOf(
            errand
                .errand("cloud", "exec", "--env", "large", "--branch", "main", "true")
                .succeeded());
    JsonNode ended = errand.awaitEnd(task);
    large.delete();

    JsonNode failure = ended.at("/attempts/0/failure");
    assertThat(failure.path("code").asText())
        .as(ended.toPrettyString())
        .isEqualTo(FailureCode.REPOSITORY_TOO_LARGE.name());
    assertThat(failure.path("message").asText()).contains("more room than the disk has");
  }

  private void awaitNoticeOfWait(PausedTask task) {
    await("a notice of the wait")
        .atMost(Duration.ofMinutes(1))
        .until(() -> errand.tasks().events(task.id()).contains("waiting: "));
    assertThat(errand.tasks().events(task.id())).contains(HINT);
    assertThat(task.attempt().path("state").asText()).isNotEqualTo("failed");
  }
}
