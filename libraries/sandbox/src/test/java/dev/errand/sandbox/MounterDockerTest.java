package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import dev.errand.sandbox.PhaseSpec.Kind;
import dev.errand.sandbox.disks.DiskHost;
import dev.errand.sandbox.disks.Disks;
import dev.errand.sandbox.disks.MounterContainer;
import dev.errand.sandbox.disks.MounterLine;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who lays disks under boxes: only under boxes, once each, and no longer than it is needed. */
class MounterDockerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Lab lab = new Lab();
  private final NoOrphans orphans = new NoOrphans(lab.engine(), lab.installation(), lab.root());

  @AfterEach
  void close() {
    lab.close();
  }

  private MounterLine mounter() {
    DiskHost host = lab.hostOfDisks();
    MounterContainer container = new MounterContainer(host);
    String name = "errand-mounter-" + lab.installation();
    return lab.engine()
        .call(
            "start a mounter",
            client -> {
              try {
                MounterLine line = MounterLine.listen(host.disks(), name);
                container.start(client, name, line.socket());
                assertThat(line.accept(PATIENCE)).isTrue();
                return line;
              } catch (IOException failed) {
                throw new java.io.UncheckedIOException(failed);
              }
            });
  }

  private long pid(Box box) {
    return new Containers(lab.engine(), BoxesSettings.of("x", Lab.NODE, lab.root()))
        .inspect(box.containerId())
        .orElseThrow()
        .pid();
  }

  @Test
  void itEndsWithTheProcessThatItWorksFor() {
    MounterLine line = mounter();
    assertThat(orphans.mounters()).isNotEmpty();

    line.close(); // all that is left of a process that was killed

    orphans.awaitNoMounter();
  }

  @Test
  void aMounterThatIsGoneIsReplaced() throws InterruptedException {
    Box first = lab.box();
    Containers containers =
        new Containers(lab.engine(), BoxesSettings.of("x", Lab.NODE, lab.root()));
    orphans.mounters().forEach(containers::removeWholly);

    Box second = lab.box();

    assertThat(orphans.mounters()).hasSize(1);
    assertThat(lab.run(first, Kind.AGENT, "stat -f -c %T /").exitCode()).isZero();
    assertThat(lab.run(second, Kind.AGENT, "touch /root/file").exitCode()).isZero();
  }

  @Test
  void aBoxThatAnotherProcessHasMadeKeepsItsOneDisk() throws InterruptedException {
    BoxSpec spec = Lab.spec(Lab.IMAGE);
    Box made = lab.boxes().create(spec);
    lab.run(made, Kind.AGENT, "echo kept > /root/file");

    try (Boxes another = lab.another()) {
      another.create(spec);
    }

    assertThat(
            lab.run(made, Kind.AGENT, "cat /root/file; grep -c errand-disk /proc/self/mountinfo"))
        .extracting(Lab.Ended::output)
        .isEqualTo("kept\n1\n");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 0, -1, Integer.MAX_VALUE, Long.MAX_VALUE})
  void otherProcessesOfTheHostAreLeftAlone(long process) throws IOException {
    BoxId id = lab.box().id();
    try (MounterLine line = mounter()) {
      assertThat(line.ask(process + " " + id, PATIENCE)).startsWith("cannot");
      assertThat(line.ask(ProcessHandle.current().pid() + " " + id, PATIENCE))
          .startsWith("cannot find the box's first process");
    }
  }

  @Test
  void aBoxIsKnownByItsFolderAndNotByItsProcessAlone() throws IOException {
    Box one = lab.box();
    Box other = lab.box();
    try (MounterLine line = mounter()) {
      assertThat(line.ask(pid(one) + " " + other.id(), PATIENCE)).startsWith("cannot find");
      assertThat(line.ask(pid(one) + " " + one.id(), PATIENCE)).isEqualTo("ok");
    }
  }

  @Test
  void aBoxThatHoldsALockOnItsFolderKeepsNobodyWaiting() throws IOException, InterruptedException {
    Box box = lab.box();
    String folder = lab.root().resolve(box.id().value()).toString();
    Process locked = new ProcessBuilder("flock", folder, "sh", "-c", "echo; exec cat").start();
    try (MounterLine line = mounter()) {
      assertThat(locked.getInputStream().read()).isEqualTo('\n');

      assertThat(line.ask(pid(box) + " " + box.id(), PATIENCE)).isEqualTo("ok");
    } finally {
      locked.getOutputStream().close();
      locked.waitFor();
    }
  }

  @Test
  void aMounterThatDoesNotStayIsAFailureWithItsRemedy() throws InterruptedException {
    Box box = lab.box();
    try (Disks disks = Disks.of(new Failing(lab.hostOfDisks()))) {
      assertThatThrownBy(() -> disks.attach(box.id(), pid(box), null))
          .isInstanceOfSatisfying(
              ErrandException.class,
              e -> {
                assertThat(e.code()).isEqualTo(FailureCode.ENGINE_FAILED);
                assertThat(e.failure().message())
                    .contains(box.id() + " has no disk", "errand.server.boxes.without");
              });
    }
  }

  @Test
  void aBoxThatGetsNoDiskIsNotLeftBehind() {
    BoxSpec spec = Lab.spec(Lab.IMAGE, 4096); // no file system fits
    assertThatThrownBy(() -> lab.boxes().create(spec)).isInstanceOf(ErrandException.class);

    assertThat(lab.boxes().all()).isEmpty();
    assertThat(lab.boxes().orphanedFolders()).isEmpty();
    assertThat(lab.root().resolve("disks").toFile().list()).containsExactly("frozen");
  }

  /** A host whose mounter ends at once: the runner, which is no container's first process there. */
  private record Failing(DiskHost host) implements DiskHost {
    @Override
    public Path disks() {
      return host.disks();
    }

    @Override
    public Path frozen() {
      return host.frozen();
    }

    @Override
    public long reserveBytes() {
      return 0;
    }

    @Override
    public Path boxes() {
      return host.boxes();
    }

    @Override
    public Path mounter() {
      try (Stream<Path> files = Files.list(boxes())) {
        return files
            .filter(file -> file.getFileName().toString().startsWith("runner-"))
            .findFirst()
            .orElseThrow();
      } catch (IOException failed) {
        throw new java.io.UncheckedIOException(failed);
      }
    }

    @Override
    public Map<String, String> labels() {
      return host.labels();
    }

    @Override
    public <T> T call(String what, Function<DockerClient, T> request) {
      return host.call(what, request);
    }

    @Override
    public boolean isPodman(DockerClient client) {
      return host.isPodman(client);
    }

    @Override
    public void removeWholly(String name) {
      host.removeWholly(name);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1 ../../../etc",
        "1 0123456789ab more",
        "trim 0123456789ab more",
        "one 0123456789ab",
        "1 %n",
        "trim",
        "trim ..",
        "1 0123456789ab ../a"
      })
  void whatIsNoRequestIsRefused(String request) throws IOException {
    try (MounterLine line = mounter()) {
      assertThat(line.ask(request, PATIENCE))
          .isEqualTo("cannot read the request: Invalid argument");
    }
  }
}
