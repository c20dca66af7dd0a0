package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.schemas.FailureCode;
import dev.errand.standalone.ServerSettings.Service;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Somebody fills the one disk that everything is on to its last byte: the broker ends. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FullBrokerDiskSystemTest {
  private static final String HINT = FailureCode.DISK_FULL.hint();

  private final SmallDisk disk = new SmallDisk(900, "");

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @BeforeAll
  void start() {
    Map<String, String> settings =
        Map.of(
            "errand.provisioner.permits",
            "1",
            "errand.server.disk-reserve-bytes",
            Long.toString(256L << 20));
    errand = Deployment.start(settings, disk.and(new SmallDisk(3 * 1024, "boxes/disks")));
    repository = ScratchRepository.withReadme();
    errand.applyEnvironment("plain", repository.url(), "", "5m");
  }

  @AfterAll
  void end() {
    repository.delete();
    errand.close();
  }

  @Test
  void theBrokerEndsAndWhatWasAcceptedGoesOnWhenThereIsRoom() {
    PausedTask working =
        PausedTask.submit(errand, "plain", "echo began >> runs.txt", "echo ended >> runs.txt");
    working.awaitPause(); // tasks are not drawn in their order
    PausedTask queued = PausedTask.submit(errand, "plain", "touch /tmp/go", "echo new > new.txt");

    disk.fill();
    await("the broker's end").atMost(Duration.ofMinutes(2)).until(() -> !isBrokerAlive());
    assertThat(errand.logOf(Service.BROKER)).contains("Kafka ends this process", "free space");
    assertThat(doctor().exited(1).out()).contains("MISS disk", "less than the reserve");
    CommandResult start = Deployment.serve(errand.data(), errand.settings());
    assertThat(start.exitCode()).isEqualTo(1);
    assertThat(start.out()).contains(HINT);

    disk.free();
    working.letGo();
    for (Service service : Service.values()) {
      errand.restart(service);
    }

    assertThat(working.awaitDiff().lines().filter(line -> line.matches("\\+[a-z]+")))
        .containsExactly("+began", "+ended");
    assertThat(queued.awaitDiff()).contains("+new");
  }

  private boolean isBrokerAlive() {
    return Objects.requireNonNull(errand.servers().get(Service.BROKER)).isAlive();
  }

  private CommandResult doctor() {
    return CommandResult.of(
        List.of(Deployment.JAVA.toString(), "-jar", Deployment.SERVER.toString(), "doctor"),
        SourceTree.ROOT,
        "",
        Map.of("ERRAND_DATA", errand.data().toString()));
  }
}
