package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BoxProgramsTest {
  private static final int SERVICES = 3;

  @TempDir Path root;

  /** A node's services start at the same moment, and each wants the programs. */
  @Test
  void servicesThatStartTogetherHaveOneFolder() throws Exception {
    CyclicBarrier together = new CyclicBarrier(SERVICES);
    List<Future<Path>> folders = new ArrayList<>();
    try (ExecutorService services = Executors.newFixedThreadPool(SERVICES)) {
      for (int i = 0; i < SERVICES; i++) {
        folders.add(
            services.submit(
                () -> {
                  together.await();
                  return BoxPrograms.ensureIn(root);
                }));
      }
      Path first = folders.getFirst().get();
      for (Future<Path> folder : folders) {
        assertThat(folder.get()).isEqualTo(first);
      }
      try (Stream<Path> all = Files.list(root)) {
        assertThat(all).containsExactly(first);
      }
    }
  }
}
