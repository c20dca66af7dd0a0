package dev.errand.repositories;

import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Fetches in a process of its own, which a test can kill. */
final class MirrorProcess {
  private MirrorProcess() {}

  /** Takes the mirrors' folder, the folder that URLs may lie in, the URL and the commit. */
  public static void main(String[] arguments) throws InterruptedException {
    new Mirrors(
            Path.of(arguments[0]),
            RepositoryPolicy.REMOTE_ONLY.withFileRoots(List.of(Path.of(arguments[1]))))
        .fetch(
            new RepositoryUrl(arguments[2]),
            new RefName("main"),
            new CommitSha(arguments[3]),
            line -> {});
  }

  static Process start(Path root, Path allowed, Origin origin) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            MirrorProcess.class.getName(),
            root.toString(),
            allowed.toString(),
            origin.url().value(),
            origin.head().value())
        .inheritIO()
        .start();
  }
}
