package dev.errand.standalone;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A real git repository in a folder of its own. */
record ScratchRepository(Path folder) {
  /** A repository with one commit on {@code main}: a README that says foo. */
  static ScratchRepository withReadme() {
    return empty().filled();
  }

  /** The same in this folder, which is made when it is missing. */
  static ScratchRepository withReadme(Path folder) {
    return in(folder).filled();
  }

  private ScratchRepository filled() {
    write("README.md", "# foo\n\nfoo is what this is about.\n");
    commit("Say foo");
    return this;
  }

  static ScratchRepository empty() {
    try {
      return in(Files.createTempDirectory(Path.of("/tmp"), "errand-repo"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An empty one in this folder, which is made when it is missing. */
  static ScratchRepository in(Path folder) {
    try {
      ScratchRepository repository = new ScratchRepository(Files.createDirectories(folder));
      repository.git("init", "-q", "-b", "main");
      return repository;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A repository whose history holds so many mebibytes that do not compress, and whose tree one.
   */
  static ScratchRepository withHistory(int mebibytes) {
    ScratchRepository repository = empty();
    ProcessBuilder builder =
        new ProcessBuilder("git", "fast-import", "--quiet").directory(repository.folder.toFile());
    try {
      Process git = builder.redirectErrorStream(true).start();
      try (OutputStream out = git.getOutputStream()) {
        Random random = new Random(5);
        byte[] blob = new byte[1 << 20];
        for (int i = 0; i < mebibytes; i++) {
          random.nextBytes(blob);
          String head =
              """
              commit refs/heads/main
              committer Test <test@localhost> %d +0000
              data 4
              more
              M 100644 inline noise.bin
              data %d
              """
                  .formatted(1_700_000_000 + i, blob.length);
          out.write(head.getBytes(StandardCharsets.UTF_8));
          out.write(blob);
          out.write('\n');
        }
      }
      if (git.waitFor() != 0) {
        throw new IllegalStateException(
            new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    repository.git("reset", "-q", "--hard");
    return repository;
  }

  String url() {
    return folder.toUri().toString().replaceAll("/$", "");
  }

  void write(String name, String text) {
    Path file = folder.resolve(name);
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Commits everything; returns the commit's id. */
  String commit(String message) {
    git("add", "-A");
    git("commit", "-q", "-m", message);
    return git("rev-parse", "HEAD").strip();
  }

  String git(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(
        List.of("-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "gc.auto=0"));
    command.addAll(List.of("-c", "protocol.file.allow=always"));
    command.addAll(List.of(arguments));
    return CommandResult.of(command, folder, "", Map.of("GIT_CONFIG_NOSYSTEM", "1"))
        .succeeded()
        .out();
  }

  void run(String... command) {
    CommandResult.of(List.of(command), folder, "", Map.of()).succeeded();
  }

  void delete() {
    Folders.delete(folder);
  }
}
