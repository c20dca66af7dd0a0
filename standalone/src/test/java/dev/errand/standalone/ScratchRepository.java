package dev.errand.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real git repository in a folder of its own. */
record ScratchRepository(Path folder) {
  /** A repository with one commit on {@code main}: a README that says foo. */
  static ScratchRepository withReadme() {
    ScratchRepository repository = empty();
    repository.write("README.md", "# foo\n\nfoo is what this is about.\n");
    repository.commit("Say foo");
    return repository;
  }

  static ScratchRepository empty() {
    try {
      ScratchRepository repository =
          new ScratchRepository(Files.createTempDirectory(Path.of("/tmp"), "errand-repo"));
      repository.git("init", "-q", "-b", "main");
      return repository;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
