package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * {@code make demo} as a person runs it for the first time: no data, no image, no start-up caches.
 * It has a folder, ports and an image of its own, and leaves nothing behind.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoSystemTest {
  private static final String IMAGE = "errand-demo-test/universal";

  private static final Path CLIENT = SourceTree.ROOT.resolve("cli/target/cli-0.1.0.jar");

  /** What every box mounts, kept with the installation. */
  private static final Pattern PROGRAMS = Pattern.compile("programs-[0-9a-f]{16}");

  /** A make below the one that runs this test would tell of that. */
  private static final List<String> MAKE_DEMO =
      List.of(
          "bash",
          "-c",
          "unset MAKELEVEL MAKEFLAGS MFLAGS MAKEOVERRIDES; exec make demo 2>&1 </dev/null");

  @SuppressWarnings("NullAway.Init")
  private Path data;

  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @SuppressWarnings("NullAway.Init")
  private Map<String, String> environment;

  @SuppressWarnings("NullAway.Init")
  private CommandResult first;

  @BeforeAll
  void runOnAFreshMachine() throws IOException {
    data = Files.createTempDirectory(Path.of("/tmp"), "errand-dd");
    folder = Files.createTempDirectory(Path.of("/tmp"), "errand-dt-");
    Files.delete(data);
    // Maven leaves an unchanged program as it was, and the demo would take it for an old one.
    for (Path program : List.of(CLIENT, Deployment.SERVER)) {
      Files.setLastModifiedTime(program, FileTime.from(Instant.now()));
    }
    Files.deleteIfExists(SourceTree.ROOT.resolve("cli/target/errand.aot"));
    Files.deleteIfExists(SourceTree.ROOT.resolve("standalone/target/quarkus-app/errand.aot"));
    removeImages();
    environment =
        Map.of(
            "ERRAND_DATA",
            data.toString(),
            "ERRAND_DEMO_FOLDER",
            folder.toString(),
            "ERRAND_IMAGE",
            IMAGE,
            "ERRAND_JAVA_OPTIONS",
            "-Dquarkus.http.port=%d -Derrand.server.kafka.port=%d -Derrand.server.kafka.controller-port=%d"
                .formatted(Deployment.freePort(), Deployment.freePort(), Deployment.freePort()));
    first = run(MAKE_DEMO);
    Files.writeString(SourceTree.ROOT.resolve("standalone/target/demo.txt"), first.out());
  }

  @Test
  void itPrintsWhatTheReadmeShows() {
    String shown = Markdown.read("README.md").blocks("console").getFirst();
    assertThat(Transcript.of("$ make demo\n" + first.succeeded().out()).lines())
        .as("compare standalone/target/demo.txt")
        .isEqualTo(Transcript.of(shown).lines());
  }

  @Test
  void aSecondDemoTakesWhatIsThere() {
    first.succeeded();
    CommandResult second = run(MAKE_DEMO).succeeded();
    assertThat(second.out())
        .contains("Errand is already running", "ready: presented", "undo:")
        .doesNotContain("Building Errand", "building " + IMAGE);
  }

  @Test
  void itLeavesErrandRunning() {
    first.succeeded();
    assertThat(run(List.of("./errand", "cloud", "list", "--json")).succeeded().json()).isNotEmpty();
  }

  @AfterAll
  void endAndCountWhatIsLeft() throws IOException {
    Optional<ProcessHandle> server = new Installation(data).process();
    String mine = "label=errand.installation=" + new DataFolder(data).installation();
    List<String> left = new ArrayList<>();
    try {
      run(List.of("./errand", "down")).succeeded();
      left.addAll(docker("ps", "-aq", "--filter", mine));
      left.addAll(docker("volume", "ls", "-q", "--filter", mine));
      left.addAll(docker("network", "ls", "-q", "--filter", mine));
      Path boxes = new DataFolder(data).boxes();
      Path disks = boxes.resolve("disks");
      Path frozen = disks.resolve("frozen"); // what was prepared stays
      try (var folders = Files.list(boxes);
          var files = Files.list(disks)) {
        folders
            .filter(Files::isDirectory)
            .filter(box -> !PROGRAMS.matcher(box.getFileName().toString()).matches())
            .filter(box -> !box.equals(disks))
            .map(Path::toString)
            .forEach(left::add);
        files.filter(disk -> !disk.equals(frozen)).map(Path::toString).forEach(left::add);
      }
    } finally {
      removeImages();
      Folders.delete(folder);
      Folders.delete(data);
    }
    assertThat(left).isEmpty();
    assertThat(server).isPresent().get().returns(false, ProcessHandle::isAlive);
  }

  private static void removeImages() {
    for (String image : docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", IMAGE)) {
      docker("image", "rm", image);
    }
  }

  private static List<String> docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    CommandResult result = CommandResult.of(command, SourceTree.ROOT, "", Map.of());
    return result.succeeded().out().lines().toList();
  }

  private CommandResult run(List<String> command) {
    return CommandResult.of(command, SourceTree.ROOT, "", environment);
  }
}
