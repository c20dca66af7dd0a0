package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services that are started at the same moment agree on what they find in their folder. */
class DataFolderTest {
  private static final int PROCESSES = 8;
  private static final int FIRST_STARTS = 50;

  @TempDir Path folder;

  @Test
  void whoeverIsFirstNamesTheInstallation() throws Exception {
    try (ExecutorService processes = Executors.newFixedThreadPool(PROCESSES)) {
      for (int i = 0; i < FIRST_STARTS; i++) {
        DataFolder data = new DataFolder(folder.resolve("" + i));
        Files.createDirectories(data.root().resolve("server"));
        CyclicBarrier together = new CyclicBarrier(PROCESSES);
        List<Future<String>> names = new ArrayList<>();
        for (int j = 0; j < PROCESSES; j++) {
          names.add(
              processes.submit(
                  () -> {
                    together.await();
                    return data.installation();
                  }));
        }
        String first = names.getFirst().get();
        for (Future<String> name : names) {
          assertThat(name.get()).isEqualTo(first);
        }
      }
    }
  }
}
