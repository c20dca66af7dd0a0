package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.standalone.Finding.ObstacleException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which process serves an installation, whatever has happened to ids and clocks meanwhile. */
final class InstallationTest {
  private static final ProcessHandle SELF = ProcessHandle.current();

  @TempDir Path folder;

  @Test
  void theRecordedProcessIsFoundByWhatNoClockChanges() throws Exception {
    Installation installation = installation();
    installation.recordProcess(SELF);

    String ticks = Files.readString(Path.of("/proc/self/stat")).replaceFirst(".*\\) ", "");
    assertThat(installation.processFile())
        .hasContent(SELF.pid() + " " + ticks.split(" ")[19]); // starttime, in proc_pid_stat(5)
    assertThat(installation.process()).contains(SELF);
  }

  @Test
  void anotherProcessOfTheSameIdIsNotIt() throws Exception {
    Installation installation = installation();
    Files.writeString(installation.processFile(), SELF.pid() + " 1");

    assertThat(installation.process()).isEmpty();
  }

  @Test
  void aFolderOfOthersIsRefusedAndLeftAsItIs() throws Exception {
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path project = Files.createDirectory(folder.resolve("project"));
    Files.setPosixFilePermissions(project, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createDirectory(project.resolve("server"));
    Files.createFile(project.resolve("pom.xml"));

    assertRefused(shared, "open to everybody", "rwxrwxrwx");
    assertRefused(project, "'pom.xml' lies in it", "rwxr-xr-x");
  }

  private static void assertRefused(Path data, String why, String mode) throws IOException {
    assertThatThrownBy(() -> new Installation(data).ensureFolders())
        .isInstanceOf(ObstacleException.class)
        .hasMessageContainingAll(data.toString(), why, "set ERRAND_DATA to an empty folder");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data))).isEqualTo(mode);
  }

  @Test
  void aFolderThatWaitsForItsServerIsTakenAndStaysTaken() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createFile(data.resolve("errand.yaml"));

    new Installation(data).ensureFolders();
    Files.createFile(data.resolve("a copy of errand.yaml"));
    new Installation(data).ensureFolders();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
        .isEqualTo("rwx------");
  }

  @Test
  void aFolderThatCannotBeMadeIsNamedWithTheReason() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatThrownBy(() -> new Installation(Path.of("/proc/errand")).ensureFolders())
        .hasMessageContaining("/proc/errand cannot be made: no folder can be made there");
    assertThatThrownBy(() -> new Installation(file).ensureFolders())
        .hasMessageContaining(file + " cannot be made: there is a file of this name");
  }

  @Test
  void aServerOfARelativeFolderIsToldOfTheWholeOne() {
    Installation installation = Installation.of(Map.of("ERRAND_DATA", "relative"));
    Path whole = Path.of("relative").toAbsolutePath();

    ProcessBuilder server = Up.server(installation, List.of("true"));

    assertThat(server.environment()).containsEntry("ERRAND_DATA", whole.toString());
    assertThat(server.directory()).isEqualTo(whole.toFile());
  }

  @Test
  void aSettingThatNothingReadsIsRefused() throws Exception {
    Installation installation = installation();
    for (String name : List.of("erand.x", "errand.servr.node", "quarkus")) {
      assertThatThrownBy(() -> installation.requireKnownSettings(config(installation, name)))
          .hasMessageContaining("'%s' is no setting".formatted(name));
    }
    for (String name :
        List.of("errand.server.node", "quarkus.http.port", "%dev.quarkus.http.port")) {
      installation.requireKnownSettings(config(installation, name));
    }
  }

  private static Config config(Installation installation, String name) {
    String file = "YamlConfigSource[source=file:%s]".formatted(installation.settingsFile());
    return new SmallRyeConfigBuilder()
        .withSources(new PropertiesConfigSource(Map.of(name, "x"), file, 100))
        .build();
  }

  private Installation installation() {
    Installation installation = new Installation(folder);
    installation.ensureFolders();
    return installation;
  }
}
