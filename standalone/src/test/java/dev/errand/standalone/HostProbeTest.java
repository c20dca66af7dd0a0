package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the doctor says of data folders that cannot be. */
final class HostProbeTest {
  @TempDir private Path folder;

  private static HostProbe at(Path data) {
    return new HostProbe(data, InstantSource.system());
  }

  /** 120 bytes each: as many characters, and half as many of two bytes. */
  @ParameterizedTest
  @ValueSource(strings = {"x", "ä"})
  void aPathThatIsTooLongForSocketsIsNamedInOneLineByUpAndDoctor(String letter) {
    int bytes = letter.getBytes(StandardCharsets.UTF_8).length;
    Path data = Path.of("/tmp/1" + letter.repeat((120 - "/tmp/1".length()) / bytes));
    String why = data + " has 120 bytes";
    String remedy =
        "set ERRAND_DATA to a path of at most %d bytes".formatted(HostProbe.MAX_DATA_BYTES);
    Installation installation = new Installation(data);
    Config anyPorts =
        new SmallRyeConfigBuilder()
            .withDefaultValue("quarkus.http.port", "0")
            .withDefaultValue("errand.server.kafka.port", "0")
            .withDefaultValue("errand.server.kafka.controller-port", "0")
            .build();
    Doctor doctor = new Doctor(installation, at(data), () -> anyPorts);
    ByteArrayOutputStream said = new ByteArrayOutputStream();

    int exitCode =
        new Up(installation, doctor, new PrintStream(said, true, StandardCharsets.UTF_8)).run();

    assertThat(exitCode).isEqualTo(1);
    assertThat(said.toString(StandardCharsets.UTF_8).lines().toList())
        .singleElement()
        .asString()
        .contains("Errand cannot start: " + why, remedy);
    assertThat(at(data).folder().text()).contains(why, remedy);
    assertThat(data).doesNotExist();
  }

  @Test
  void aFileSystemIsTriedAndLeftAsItWas() {
    assertThat(at(folder.resolve("new")).fileSystem().well()).isTrue();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFileSystemThatHoldsNothingIsNamedWithTheRemedy() {
    assertThat(at(Path.of("/proc/errand")).fileSystem().text())
        .startsWith("MISS file system")
        .contains("/proc", "-> set ERRAND_DATA");
  }

  @Test
  void thoseOfADoctorBesideAFirstStartAreNoStrangers() throws Exception {
    Files.createDirectory(folder.resolve(DataFolder.TRIAL + "1"));

    assertThat(new DataFolder(folder).stranger()).isEmpty();
  }
}
