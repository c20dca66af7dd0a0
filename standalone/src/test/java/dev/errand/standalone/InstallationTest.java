package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
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

  private Installation installation() {
    Installation installation = new Installation(folder);
    installation.ensureFolders();
    return installation;
  }
}
