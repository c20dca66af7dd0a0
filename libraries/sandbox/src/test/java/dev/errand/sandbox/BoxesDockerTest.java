package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import dev.errand.sandbox.BoxesSettings.Isolation;
import dev.errand.sandbox.PhaseSpec.Kind;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A box's life on the real engine: created, claimed, found again, removed. */
class BoxesDockerTest {
  private final Lab lab = new Lab();

  @AfterEach
  void close() {
    lab.close();
  }

  @Test
  void theSameIdIsTheSameBox() {
    BoxSpec spec = Lab.spec(Lab.IMAGE);
    Box first = lab.boxes().create(spec);

    Box again = lab.boxes().create(spec);

    assertThat(again.containerId()).isEqualTo(first.containerId());
    assertThat(again.running()).isTrue();
    assertThat(lab.boxes().all()).hasSize(1);
  }

  @Test
  void aRunHasOneBoxWhoeverClaimsForIt() {
    RunId run = Lab.runId();
    Box mine = lab.box();
    Box late = lab.box();
    Box claimed = lab.boxes().claim(mine, run);

    Box taken = lab.boxes().claim(late, run);

    assertThat(taken.id()).isEqualTo(mine.id());
    assertThat(claimed.run()).isEqualTo(run);
    assertThat(lab.boxes().claim(claimed, run)).isEqualTo(claimed);
    assertThat(lab.boxes().claim(mine, run).run()).isEqualTo(run); // a claim whose answer was lost
    assertThat(lab.boxes().find(run).map(Box::id)).contains(mine.id());
    assertThat(lab.boxes().find(late.id()).orElseThrow().run()).isNull();
  }

  @Test
  void anotherProcessFindsWhatThereIs() {
    RunId run = Lab.runId();
    Box claimed = lab.boxes().claim(lab.box(), run);
    Box free = lab.box();

    try (Boxes successor = lab.another()) {
      assertThat(successor.all())
          .extracting(Box::id)
          .containsExactlyInAnyOrder(claimed.id(), free.id());
      assertThat(successor.find(run).map(Box::id)).contains(claimed.id());
      assertThat(successor.find(free.id())).isPresent();
      assertThat(successor.find(Lab.runId())).isEmpty();
    }
  }

  @Test
  void anotherInstallationSeesNothingOfIt() {
    RunId run = Lab.runId();
    lab.boxes().claim(lab.box(), run);

    try (Lab other = new Lab()) {
      assertThat(other.boxes().all()).isEmpty();
      assertThat(other.boxes().find(run)).isEmpty();
    }
  }

  @Test
  void anotherInstallationCleansUpNothingOfIt() throws InterruptedException {
    Box mine = lab.box();
    NoOrphans orphans = new NoOrphans(lab.engine(), lab.installation(), lab.root());
    List<String> mounters = orphans.mounters();

    try (Lab other = new Lab()) {
      other.box();
      other.boxes().all().forEach(other.boxes()::remove);
      other.boxes().orphanedFolders().forEach(other.boxes()::removeFolder);
    }

    assertThat(orphans.mounters()).isEqualTo(mounters).hasSize(1);
    assertThat(lab.run(mine, Kind.AGENT, "echo kept > /root/file; cat /root/file").output())
        .isEqualTo("kept\n");
  }

  @Test
  void aBoxOfAnotherInstallationIsNeverTakenForOnesOwn() {
    BoxSpec spec = Lab.spec(Lab.IMAGE);
    Box mine = lab.boxes().create(spec);

    try (Lab other = new Lab()) {
      assertThatThrownBy(() -> other.boxes().create(spec))
          .isInstanceOfSatisfying(
              ErrandException.class,
              thrown -> {
                assertThat(thrown.code()).isEqualTo(FailureCode.ENGINE_FAILED);
                assertThat(thrown.failure().message())
                    .contains(mine.containerId(), "docker rm --force");
              });
    }

    assertThat(lab.boxes().find(mine.id()).orElseThrow().running()).isTrue();
  }

  @Test
  void anImageThatIsNotThereIsTheUsersProblem() {
    assertThatThrownBy(() -> lab.boxes().create(Lab.spec("errand-lab/no-such-image:1")))
        .isInstanceOfSatisfying(
            ErrandException.class,
            thrown -> assertThat(thrown.code()).isEqualTo(FailureCode.IMAGE_NOT_FOUND));
    assertThat(lab.boxes().orphanedFolders()).isEmpty();
  }

  @Test
  void aBoxIsRefusedWhereItWouldShareUsersAndMayNot() {
    try (Boxes demanding = lab.another(new Isolation(512, null, Set.of(), true))) {
      assertThatThrownBy(() -> demanding.create(Lab.spec(Lab.IMAGE)))
          .isInstanceOfSatisfying(
              ErrandException.class,
              thrown -> {
                assertThat(thrown.code()).isEqualTo(FailureCode.ENGINE_FAILED);
                assertThat(thrown.failure().message()).contains("--userns-remap");
              });
    }
    assertThat(lab.boxes().all()).isEmpty();
    assertThat(lab.boxes().orphanedFolders()).isEmpty();
  }

  @Test
  void aDeadBoxIsFoundAndSaidToBeLost() throws InterruptedException {
    BoxSpec spec = Lab.spec(Lab.IMAGE);
    Box box = lab.boxes().create(spec);
    lab.engine().call("kill", client -> client.killContainerCmd(box.containerId()).exec() == null);

    assertThatThrownBy(() -> lab.run(box, Kind.AGENT, "true"))
        .isInstanceOfSatisfying(
            ErrandException.class,
            thrown -> assertThat(thrown.code()).isEqualTo(FailureCode.BOX_LOST));
    assertThatThrownBy(() -> lab.boxes().create(spec)).hasMessageContaining("has ended");
    assertThat(lab.boxes().find(box.id()).orElseThrow().running()).isFalse();
  }

  @Test
  void aBoxThatDiesUnderAPhaseIsNoticedAtOnce() {
    Box box = lab.box();

    assertThatThrownBy(
            () -> {
              try (BoxSession session = lab.boxes().open(box)) {
                session.run(
                    Lab.phase("long", Kind.AGENT, "echo up; sleep 60"),
                    (offset, data) -> kill(box));
              }
            })
        .isInstanceOfSatisfying(
            ErrandException.class,
            thrown -> assertThat(thrown.code()).isEqualTo(FailureCode.BOX_LOST));
  }

  private void kill(Box box) {
    lab.engine().call("kill", client -> client.killContainerCmd(box.containerId()).exec() == null);
  }

  @Test
  void theContainerIsMadeAsTheThreatModelSays() {
    Box box = lab.box();

    var inspected =
        lab.engine()
            .call("inspect", client -> client.inspectContainerCmd(box.containerId()).exec());

    var host = inspected.getHostConfig();
    assertThat(host.getNetworkMode()).isEqualTo("none");
    assertThat(host.getSecurityOpts()).contains("no-new-privileges");
    assertThat(host.getMemory()).isEqualTo(host.getMemorySwap()).isEqualTo(256L << 20);
    assertThat(host.getPidsLimit()).isEqualTo(512);
    assertThat(host.getLogConfig().getType().getType()).isEqualTo("none");
    assertThat(host.getCapDrop()).hasSize(1);
    assertThat(host.getCapAdd()).hasSize(8);
    assertThat(inspected.getMounts()).allSatisfy(mount -> assertThat(mount.getRW()).isFalse());
    assertThat(inspected.getConfig().getUser()).isEqualTo("0:0");
    assertThat(inspected.getConfig().getLabels()).containsEntry("errand.environment", "lab");
  }

  /** An engine that is killed in the middle of a start may forget a box that runs. */
  @Test
  void aBoxWhoseFolderIsGoneEndsByItself() throws IOException {
    Box box = lab.box();

    Files.delete(lab.root().resolve(box.id().value()));

    await("the end of " + box)
        .atMost(Duration.ofSeconds(30))
        .until(() -> !lab.boxes().find(box.id()).orElseThrow().running());
  }

  @Test
  void soDoesOneThatStillWaitsForItsDisk() throws IOException {
    Path folder = Files.createDirectory(lab.root().resolve("waiting"));
    List<Mount> mounts =
        List.of(
            Boxes.readOnly(new BoxFolders(lab.root()).runner().toString(), Boxes.RUNNER_INSIDE),
            Boxes.readOnly(folder.toString(), Boxes.SOCKETS_INSIDE));
    String waiting =
        lab.engine()
            .call(
                "start a box that gets no disk",
                client -> {
                  String id =
                      client
                          .createContainerCmd(Lab.IMAGE)
                          .withEntrypoint(Boxes.RUNNER_INSIDE, "disk")
                          .withHostConfig(new HostConfig().withMounts(mounts))
                          .exec()
                          .getId();
                  client.startContainerCmd(id).exec();
                  return id;
                });
    try {
      assertThat(isRunning(waiting)).isTrue();

      Files.delete(folder);

      await("the end of " + waiting)
          .atMost(Duration.ofSeconds(30))
          .until(() -> !isRunning(waiting));
    } finally {
      lab.engine()
          .call(
              "remove it",
              client -> client.removeContainerCmd(waiting).withForce(true).exec() == null);
    }
  }

  private boolean isRunning(String container) {
    return lab.engine()
        .call(
            "look",
            client ->
                Boolean.TRUE.equals(
                    client.inspectContainerCmd(container).exec().getState().getRunning()));
  }
}
